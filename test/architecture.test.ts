// The design's import table and the rules of shape, held against every file of the repository, and the checkers held against fakes.
import { readFileSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { ambientUse, forbiddenImports, importCycles, importsOfSteps, misshapen } from './architecture/rules.ts'
import { readSources } from './architecture/sources.ts'

const root = new URL('..', import.meta.url)
const folders = '{src,simulators,scripts,openapi,bench,test}/**/*.ts'
const files = new Map<string, string>()
for await (const path of glob(folders, { cwd: root.pathname }))
  files.set(path, readFileSync(new URL(path, root), 'utf8'))
const sources = readSources(files)

describe('every file of the repository', () => {
  it('is read', () => {
    expect(sources.map(({ path }) => path)).toContain('src/api/project.ts')
  })

  it.each([
    { rule: 'imports only what the table allows', check: forbiddenImports },
    { rule: 'is in no cycle of imports, types included', check: importCycles },
    { rule: 'leaves the steps to project.ts', check: importsOfSteps },
    { rule: 'takes time, chance, network and environment as dependencies', check: ambientUse },
    { rule: 'has a good name and size and states its concern', check: misshapen },
  ])('$rule', ({ check }) => {
    expect(check(sources)).toEqual([])
  })
})

const tree = (files: Record<string, string>) => readSources(new Map(Object.entries(files)))

describe('forbiddenImports', () => {
  it.each([
    ['src/api/a.ts', `import { sleep } from '../clock.ts'`],
    ['src/api/a.ts', `import type { Clock } from '../clock.ts'`],
    ['src/api/a.ts', `import pino from 'pino'`],
    ['src/api/a.ts', `import { readFileSync } from 'node:fs'`],
    ['src/controller/a.ts', `import type { Project } from '../api/project.ts'`],
    ['src/controller/a.ts', `import { createTransport } from '../kube/transport.ts'`],
    ['src/controller/a.ts', `import { fetch } from 'undici'`],
    ['src/kube/a.ts', `import type { Store } from '../controller/store.ts'`],
    ['src/kube/a.ts', `import { createBots } from '../providers/telegram/bot.ts'`],
    ['src/providers/hcloud/a.ts', `import { isTelegramError } from '../telegram/errors.ts'`],
    ['src/providers/hcloud/a.ts', `import type { Project } from '../../api/project.ts'`],
    ['src/reconcilers/a.ts', `import { createStore } from '../controller/store.ts'`],
    ['src/reconcilers/a.ts', `import { createProjects } from '../kube/projects.ts'`],
    ['src/reconcilers/a.ts', `import { isNotFound, ApiError } from '../kube/errors.ts'`],
    ['src/reconcilers/a.ts', `import '../kube/errors.ts'`],
    ['src/reconcilers/a.ts', `import * as errors from '../kube/errors.ts'`],
    ['src/reconcilers/a.ts', `const later = () => import('../kube/errors.ts')`],
    ['src/reconcilers/a.ts', `export { createProjects } from '../kube/projects.ts'`],
    ['src/reconcilers/a.ts', `import { loadConfig } from '../config.ts'`],
    ['src/config.ts', `import { KIND } from './api/project.ts'`],
    ['src/clock.ts', `import { log } from './log.ts'`],
    ['src/main.ts', `import { createWorld } from '../simulators/world.ts'`],
    ['src/main.ts', `import { start } from '../scripts/start.ts'`],
    ['src/reconcilers/a.ts', `import { run } from '../main.ts'`],
    ['simulators/hcloud/a.ts', `import type { Clock } from '../../src/clock.ts'`],
    ['simulators/hcloud/a.ts', `type Clock = import('../../src/clock.ts').Clock`],
    ['simulators/hcloud/a.ts', `import { it } from 'vitest'`],
  ])('refuses in %s: %s', (path, text) => {
    expect(forbiddenImports(tree({ [path]: text }))).toEqual([expect.stringContaining(`${path} imports`)])
  })

  it.each([
    ['src/api/a.ts', `import * as z from 'zod'`],
    ['src/api/a.ts', `import { b } from './b.ts'`],
    ['src/controller/a.ts', `import { sleep } from '../clock.ts'`],
    ['src/kube/a.ts', `import type { Project } from '../api/project.ts'`],
    ['src/providers/hcloud/a.ts', `import createClient from 'openapi-fetch'`],
    ['src/reconcilers/a.ts', `import type { Reconcile } from '../controller/reconcile.ts'`],
    ['src/reconcilers/a.ts', `import { isNotFound, type ApiError } from '../kube/errors.ts'`],
    ['src/reconcilers/a.ts', `import { hasCode } from '../providers/hcloud/errors.ts'`],
    ['src/main.ts', `import { createController } from './controller/controller.ts'`],
    ['simulators/main.ts', `import { serve } from './kit/serve.ts'`],
    ['test/api/a.test.ts', `import { it } from 'vitest'\nimport { x } from '../../src/main.ts'`],
  ])('allows in %s: %s', (path, text) => {
    expect(forbiddenImports(tree({ [path]: text }))).toEqual([])
  })
})

describe('importCycles', () => {
  it('tells a cycle once, even of types alone', () => {
    const files = {
      'src/a.ts': `import type { B } from './b.ts'`,
      'src/b.ts': `import './c.ts'`,
      'src/c.ts': `import './a.ts'`,
    }
    expect(importCycles(tree(files))).toEqual(['src/a.ts → src/b.ts → src/c.ts → src/a.ts'])
  })

  it('sees no cycle in a diamond', () => {
    const files = {
      'src/a.ts': `import './b.ts'\nimport './c.ts'`,
      'src/b.ts': `import './d.ts'`,
      'src/c.ts': `import './d.ts'`,
      'src/d.ts': '',
    }
    expect(importCycles(tree(files))).toEqual([])
  })
})

describe('importsOfSteps', () => {
  it('lets project.ts import steps and nobody else', () => {
    const text = `import type { server } from './server.ts'`
    expect(importsOfSteps(tree({ 'src/reconcilers/project.ts': text }))).toEqual([])
    expect(importsOfSteps(tree({ 'src/reconcilers/webhook.ts': text }))).toHaveLength(1)
  })
})

describe('ambientUse', () => {
  it.each([
    'const now = Date.now()',
    'const now = new Date()',
    'const make = Date',
    'const n = Math.random()',
    'setTimeout(() => undefined, 1)',
    'const answer = fetch("https://example.org")',
    'const deps = { fetch }',
    'function f(o = fetch) { return o }',
    'const f = globalThis.fetch',
    'const signal = AbortSignal.timeout(1)',
    'const home = process.env.HOME',
    `import { setTimeout as sleep } from 'node:timers/promises'`,
  ])('refuses %s', (text) => {
    expect(ambientUse(tree({ 'src/kube/a.ts': text }))).toHaveLength(1)
    expect(ambientUse(tree({ 'simulators/hcloud/a.ts': text }))).toHaveLength(1)
    expect(ambientUse(tree({ 'scripts/a.ts': text }))).toEqual([])
  })

  it.each([
    'const f = ({ fetch }) => fetch("https://example.org")',
    'const f = (deps) => deps.fetch("https://example.org")',
    `import { fetch } from 'undici'\nconst answer = fetch('https://example.org')`,
    'const at = new Date(0)',
    'const ms = Date.parse("2026-01-01")',
    'type Fetch = typeof fetch',
    '// Date.now()\nconst text = "Math.random()"',
    'const o = { setTimeout: 1 }',
  ])('allows %s', (text) => {
    expect(ambientUse(tree({ 'src/kube/a.ts': text }))).toEqual([])
  })

  it('lets only config.ts read the environment, and only roots read the clock', () => {
    expect(ambientUse(tree({ 'src/config.ts': 'const home = process.env.HOME' }))).toEqual([])
    expect(ambientUse(tree({ 'src/main.ts': 'const home = process.env.HOME' }))).toHaveLength(1)
    expect(ambientUse(tree({ 'src/clock.ts': 'const now = Date.now()' }))).toEqual([])
    expect(ambientUse(tree({ 'src/config.ts': 'const now = Date.now()' }))).toHaveLength(1)
  })
})

describe('misshapen', () => {
  const long = `// Concern.\n${'const a = 1\n'.repeat(250)}`

  it.each([
    { path: 'src/utils/a.ts', text: '// Concern.' },
    { path: 'src/kube/util.ts', text: '// Concern.' },
    { path: 'src/kube/index.ts', text: '// Concern.' },
    { path: 'src/kube/a.ts', text: `// Concern.\nexport * from './b.ts'` },
    { path: 'src/kube/a.ts', text: long },
    { path: 'src/kube/a.ts', text: 'const a = 1' },
  ])('refuses $path', ({ path, text }) => {
    expect(misshapen(tree({ [path]: text }))).toHaveLength(1)
  })

  it('allows 250 lines, and more where a file is a test or generated', () => {
    expect(misshapen(tree({ 'test/kube/a.test.ts': long }))).toEqual([])
    expect(misshapen(tree({ 'test/kube/a.test.ts': long + long }))).toHaveLength(1)
    expect(misshapen(tree({ 'src/kube/a.ts': long.replace('const a = 1\n', '') }))).toEqual([])
    expect(misshapen(tree({ 'src/kube/a.gen.ts': long }))).toEqual([])
  })
})
