// Shows that every test of a safety rule fails when its rule is taken out: a copy of the tree is mutated, the test that
// must notice is run there and has to fail. Ends with the list of what was taken out and which test noticed. BOTYARD_RULES=R2,R3
// takes out these alone.

import { execFile } from 'node:child_process'
import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Mutation } from './mutations/mutation.ts'
import { rules1To6 } from './mutations/rules-1-to-6.ts'
import { rules7To12 } from './mutations/rules-7-to-12.ts'

const wanted = process.env['BOTYARD_RULES']?.split(',')
const mutations = [...rules1To6, ...rules7To12].filter(({ rule }) => wanted?.includes(rule) ?? true)
const root = path.join(import.meta.dirname, '../..')

/** What the safety tests are made of; nothing else is copied. */
const copied = [
  'src',
  'simulators',
  'test/safety',
  'test/support',
  'test/kube',
  'test/controller/election/lease-world.ts',
  'test/simulators/hcloud',
  'package.json',
  'tsconfig.json',
]

/** No control plane, none of the long tests, no cache in the shared node_modules, and the patience of the unit tests: late is no proof. */
const config = `export default {
  cacheDir: '.cache',
  test: { include: ['test/safety/r*.test.ts'], cache: false, testTimeout: 30_000, hookTimeout: 60_000 },
}`

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

/** On a machine that has other work, too: all tests of the rules, and those of one. */
const patience = { all: 600_000, one: 120_000 }

interface Report {
  testResults: { message: string; assertionResults: { fullName: string; status: string }[] }[]
}

/** Names of groups and tests are joined in one way by the filter, in another by the report. */
const patternOf = (title: string) => title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll(' ', '( | > )')

/** Runs tests in the tree; a run that fails may be what is hoped for, so only its report counts. */
async function runTests(tree: string, { files, title }: { files: string[]; title?: string }): Promise<Result> {
  const timeout = title === undefined ? patience.all : patience.one
  const report = path.join(tree, 'report.json')
  const vitest = path.join(root, 'node_modules/vitest/vitest.mjs')
  const only = title === undefined ? [] : ['--testNamePattern', patternOf(title)]
  const args = [vitest, 'run', '--reporter=json', `--outputFile=${report}`, ...only, ...files]
  await new Promise<void>((resolve) => {
    execFile(process.execPath, args, { cwd: tree, timeout, maxBuffer: 2 ** 26 }, () => resolve())
  })
  const text = await readFile(report, 'utf8').catch((cause) => {
    throw new Error(`Cannot tell: the run of ${files.join(' ')} wrote no report within ${timeout / 1_000} s`, { cause })
  })
  const { testResults } = JSON.parse(text) as Report
  await rm(report)
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults)
  const named = (status: string) => tests.filter((test) => test.status === status).map(({ fullName }) => fullName)
  const trouble = testResults.map(({ message }) => message).join('')
  return { failed: named('failed'), passed: named('passed'), trouble }
}

async function testFilesOf(rule: string): Promise<string[]> {
  const prefix = `${rule.toLowerCase()}-`
  const names = await readdir(import.meta.dirname)
  const files = names.filter((name) => name.startsWith(prefix) && name.endsWith('.test.ts'))
  if (files.length === 0) throw new Error(`Cannot find the test of ${rule}: no file test/safety/${prefix}*.test.ts`)
  return files.map((file) => `test/safety/${file}`)
}

/** The source without its rule; when the text is not there exactly once, that is said and nothing is run. */
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
    return await runTests(tree, { files: await testFilesOf(mutation.rule), title: mutation.killedBy })
  } finally {
    await writeFile(file, source)
  }
}

/** As many trees as there is room for, each taking the next mutation when it has done with one. */
async function runAll(trees: readonly string[]): Promise<Map<Mutation, Result | Error>> {
  const results = new Map<Mutation, Result | Error>()
  const waiting = [...mutations]
  const work = async (tree: string) => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
      results.set(next, await runMutated(tree, next).catch((error: Error) => error))
  }
  await Promise.all(trees.map(work))
  return results
}

function print(rows: readonly (readonly string[])[]): void {
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')
  process.stdout.write(`\n${rows.map(line).join('\n')}\n\n`)
}

describe('safety rules', () => {
  const trees: string[] = []
  let untouched: Result
  let results: Map<Mutation, Result | Error>

  beforeAll(async () => {
    for (let count = 0; count < Math.min(availableParallelism(), 4); count++) trees.push(await copyTree())
    untouched = await runTests(trees[0] ?? '', { files: ['test/safety'] })
    results = await runAll(trees)
  }, 1_800_000)

  afterAll(async () => {
    for (const tree of trees) await rm(tree, { recursive: true })
    const killer = (mutation: Mutation) => {
      const result = results?.get(mutation)
      return (result instanceof Error ? undefined : result?.failed[0]) ?? 'NOTHING'
    }
    const rows = mutations.map((mutation) => [mutation.rule, mutation.what, killer(mutation)])
    print([['rule', 'what was taken out', 'killed by'], ...rows])
  })

  it('hold as they are', () => {
    expect(untouched).toMatchObject({ failed: [], trouble: '' })
    expect(untouched.passed.length).toBeGreaterThan(0)
  })

  it.skipIf(wanted)('are all taken out', () => {
    const rules = Array.from({ length: 12 }, (_, index) => `R${index + 1}`)
    expect([...new Set(mutations.map(({ rule }) => rule))]).toEqual(rules)
  })

  it.each(mutations)('$rule is missed without: $what', (mutation) => {
    const result = results.get(mutation)
    if (result === undefined || result instanceof Error) throw result ?? new Error('Cannot tell: it was not run')
    // A source that does not even load says nothing about its rule.
    expect(result.failed.length + result.passed.length, `no test ran: ${result.trouble}`).toBeGreaterThan(0)
    expect(result.failed.length, `survived ${result.passed.join('; ')}`).toBeGreaterThan(0)
  })
})
