// Shows that every test of a safety rule fails when its rule is taken out: a copy of the tree is mutated, the rule's own
// test is run there and must fail. Ends with the list of what was taken out and which test noticed.

import { execFile } from 'node:child_process'
import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Mutation, mutations } from './mutations.ts'

const root = path.join(import.meta.dirname, '../..')
const rules = Array.from({ length: 12 }, (_, index) => `R${index + 1}`)

/** What the safety tests are made of; nothing else is copied. */
const copied = ['src', 'simulators', 'test/safety', 'test/support', 'test/kube', 'package.json', 'tsconfig.json']

/** A configuration of its own: no control plane, and no cache in the shared node_modules. */
const config = `export default { cacheDir: '.cache', test: { include: ['test/safety/r*.test.ts'], cache: false } }`

async function copyTree(): Promise<string> {
  const tree = await mkdtemp(path.join(tmpdir(), 'botyard-mutations-'))
  for (const part of copied) await cp(path.join(root, part), path.join(tree, part), { recursive: true })
  await symlink(path.join(root, 'node_modules'), path.join(tree, 'node_modules'))
  await writeFile(path.join(tree, 'vitest.config.mjs'), config)
  return tree
}

interface Result {
  failed: string[]
  passed: string[]
  /** Of files that could not even be loaded. */
  trouble: string
}

interface Report {
  testResults: { message: string; assertionResults: { fullName: string; status: string }[] }[]
}

/** Runs tests in the tree; a run that fails is what is hoped for, so only its report counts. */
async function runTests(tree: string, { file, title }: { file: string; title?: string }): Promise<Result> {
  const report = path.join(tree, 'report.json')
  const vitest = path.join(root, 'node_modules/vitest/vitest.mjs')
  const only = title === undefined ? [] : ['--testNamePattern', title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')]
  const args = [vitest, 'run', '--reporter=json', `--outputFile=${report}`, ...only, file]
  await new Promise<void>((resolve) => {
    execFile(process.execPath, args, { cwd: tree, timeout: 120_000 }, () => resolve())
  })
  const { testResults } = JSON.parse(await readFile(report, 'utf8')) as Report
  await rm(report)
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults)
  const named = (status: string) => tests.filter((test) => test.status === status).map(({ fullName }) => fullName)
  return {
    failed: named('failed'),
    passed: named('passed'),
    trouble: testResults.map(({ message }) => message).join(''),
  }
}

async function testFileOf(rule: string): Promise<string> {
  const files = await readdir(import.meta.dirname)
  const file = files.find((name) => name.startsWith(`${rule.toLowerCase()}-`) && name.endsWith('.test.ts'))
  if (file === undefined)
    throw new Error(`Cannot find the test of ${rule}: no file test/safety/${rule.toLowerCase()}-*.test.ts`)
  return `test/safety/${file}`
}

/** The source without its rule; loudly nothing else. */
function mutate(source: string, { file, from, to }: Mutation): string {
  const count = source.split(from).length - 1
  if (count !== 1) throw new Error(`Cannot mutate ${file}: the text to replace is there ${count} times:\n${from}`)
  return source.replace(from, () => to)
}

/** Puts the mutation into the tree, runs, and puts the file back. */
async function runMutated(tree: string, mutation: Mutation): Promise<Result> {
  const file = path.join(tree, mutation.file)
  const source = await readFile(file, 'utf8')
  await writeFile(file, mutate(source, mutation))
  try {
    return await runTests(tree, { file: await testFileOf(mutation.rule), title: mutation.killedBy })
  } finally {
    await writeFile(file, source)
  }
}

function print(rows: readonly (readonly string[])[]): void {
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join(' | ')
      .trimEnd()
  process.stdout.write(`\n${rows.map(line).join('\n')}\n\n`)
}

describe('safety rules, each taken out', () => {
  const trees: string[] = []
  const killers = new Map<Mutation, string>()

  beforeAll(async () => {
    for (let count = 0; count < Math.min(availableParallelism(), 2); count++) trees.push(await copyTree())
  })

  afterAll(async () => {
    for (const tree of trees) await rm(tree, { recursive: true })
    const rows = mutations.map((mutation) => [mutation.rule, mutation.what, killers.get(mutation) ?? 'SURVIVED'])
    print([['rule', 'what was taken out', 'killed by'], ...rows])
  })

  /** One tree serves one run at a time. */
  async function inTree<T>(run: (tree: string) => Promise<T>): Promise<T> {
    const tree = trees.pop()
    if (tree === undefined) throw new Error('Cannot run: more tests at once than trees')
    try {
      return await run(tree)
    } finally {
      trees.push(tree)
    }
  }

  it('have mutations, all of them', () => {
    expect([...new Set(mutations.map(({ rule }) => rule))]).toEqual(rules)
  })

  it('hold as they are', async () => {
    const { failed, trouble } = await inTree((tree) => runTests(tree, { file: 'test/safety' }))
    expect({ failed, trouble }).toEqual({ failed: [], trouble: '' })
  })

  it.concurrent.each(mutations)('$rule is missed without: $what', async (mutation) => {
    const { failed, passed, trouble } = await inTree((tree) => runMutated(tree, mutation))
    // A source that does not even load says nothing about the rule.
    expect({ ran: failed.length + passed.length > 0, trouble }).toMatchObject({ ran: true })
    expect(failed.length, `survived: ${passed.join('; ')}`).toBeGreaterThan(0)
    killers.set(mutation, failed[0] ?? '')
  })
})
