// Holds what the documents promise against the repository: links, examples, commands and flags are all there.

import { existsSync, readFileSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { parseProject } from '../src/api/project.ts'
import { reasons, reconcilingReasons } from '../src/api/reasons.ts'
import { readConfig } from '../src/config.ts'
import { composeUserData } from '../src/reconcilers/user-data.ts'

const root = path.resolve(import.meta.dirname, '..')
const read = (file: string) => readFileSync(path.join(root, file), 'utf8')
const pages = new Map<string, string>()
for await (const file of glob(['*.md', 'docs/**/*.md'], { cwd: root })) pages.set(file, read(file))

const fence = /^```(\w*)\n(.*?)^```$/gms
const prose = (text: string) => text.replaceAll(fence, '')
const everywhere = [...pages].map(([page, text]) => ({ page, text }))

/** As GitHub makes them: lower case, without punctuation, spaces as hyphens. */
const anchorsOf = (text: string) =>
  [...prose(text).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  )

function brokenLinks(page: string, text: string): string[] {
  const targets = [...prose(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target)
  return targets.filter((target) => {
    if (/^[a-z]+:/.test(target)) return false
    const [file = '', anchor] = target.split('#')
    const aim = file === '' ? page : path.join(path.dirname(page), file)
    if (!existsSync(path.join(root, aim))) return true
    return anchor !== undefined && !anchorsOf(pages.get(aim) ?? '').includes(anchor)
  })
}

const stored = { namespace: 'default', uid: 'a', resourceVersion: '1', generation: 1, creationTimestamp: '' }

const blocksOf = (text: string) =>
  [...text.matchAll(fence)].filter(([, language]) => language === 'yaml').map(([, , block = '']) => block)

/** What is shown to be applied: YAML blocks of pages, and files that pages name. */
const manifests = everywhere.flatMap(({ page, text }) => blocksOf(text).map((yaml) => ({ page, yaml })))
for await (const file of glob('examples/*.yaml', { cwd: root })) manifests.push({ page: file, yaml: read(file) })

/** Every whole Project among them, with what the API server would add. */
const examples = manifests.flatMap(({ page, yaml }) =>
  parseAllDocuments(yaml)
    .map((document) => document.toJS())
    .filter((object) => object?.kind === 'Project')
    .map((object) => ({ page, project: { ...object, metadata: { ...stored, ...object.metadata } } })),
)

describe('the documents', () => {
  it.each(everywhere)('$page has links that lead somewhere', ({ page, text }) => {
    expect(brokenLinks(page, text)).toEqual([])
  })

  it('notices a link that leads nowhere', () => {
    expect(brokenLinks('README.md', '[a](docs/none.md) [b](#none) [c](LICENSE) [d](https://example.org)')).toEqual([
      'docs/none.md',
      '#none',
    ])
  })

  const named = [
    ...(pages.get('docs/explanation/faults.md') ?? '').matchAll(/\[([^\]]+)\]\((?:\.\.\/)+(test\/\S+?)\)/g),
  ]
  const tests = named.map(([, title = '', file = '']) => ({ title, file }))

  it('name a test for each fault and edge case', () => {
    expect(tests.length).toBeGreaterThan(70)
  })

  it.each(tests)('name a test that is there: $title, in $file', ({ title, file }) => {
    expect(
      read(file)
        .split('\n')
        .filter((line) => line.includes(title)),
    ).not.toEqual([])
  })

  it('show the smallest Project on the first page', () => {
    expect(examples.map(({ page }) => page)).toContain('README.md')
  })

  it.each(examples)('$page shows a Project that the schema takes', ({ project }) => {
    expect(parseProject(project)).toMatchObject({ ok: true })
  })

  it('name only commands that exist', () => {
    const targets = new Set(read('Makefile').match(/^[a-z-]+(?=:)/gm))
    const scripts = Object.keys(JSON.parse(read('package.json')).scripts)
    const named = everywhere.flatMap(({ text }) => [
      ...[...text.matchAll(/`make ([a-z-]+)/g)].map(([, name = '']) => (targets.has(name) ? '' : `make ${name}`)),
      ...[...text.matchAll(/npm run ([a-z:-]+)/g)].map(([, name = '']) =>
        scripts.includes(name) ? '' : `npm run ${name}`,
      ),
    ])
    expect(named.filter((name) => name !== '')).toEqual([])
  })

  it('name only flags of the operator that exist', () => {
    const help = readConfig(['--help'], {})
    const known = help.kind === 'help' ? help.text : ''
    // The reference has programs of its own, with flags of their own.
    const own = everywhere.filter(({ page }) => !page.startsWith('docs/reference/'))
    const named = own.flatMap(({ text }) => [
      ...[...prose(text).matchAll(/`(--[a-z-]+)/g)].map(([, flag = '']) => flag),
      ...[...text.matchAll(/src\/main\.ts (.+)$/gm)].flatMap(([, line = '']) => line.match(/--[a-z-]+/g) ?? []),
    ])
    expect(named.length).toBeGreaterThan(0)
    expect(named.filter((flag) => !known.includes(`${flag} `))).toEqual([])
  })
})

describe('the guides', () => {
  const troubles = Object.values(reasons).flatMap((byStatus) => Object.keys(byStatus.False))
  const pending = Object.keys(reconcilingReasons)
  const guide = () => pages.get('docs/guides/troubleshooting.md') ?? ''

  it.each([...new Set([...troubles, ...pending])])('say what to do about %s', (reason) => {
    expect(guide()).toContain(`\`${reason}\``)
  })

  it('have an example of user data that goes to a server as it is', () => {
    const userPart = read('docs/guides/echo-bot.yaml')
    const { data } = composeUserData({ userPart, files: () => [] })
    expect(data).toContain(userPart)
  })
})
