// The import table of the design, and the rules of shape, as functions from sources to complaints.
import type { Import, Source } from './sources.ts'

/** What the files of a folder may import beside each other. Own folders by path; packages by name, `node:` for all of Node's. */
interface Layer {
  anything?: true
  folders: readonly string[]
  /** Folders that only types may come from. */
  types?: readonly string[]
  /** Folders that only types and error guards (`isX`, `hasCode`) may come from. */
  guards?: readonly string[]
  packages: readonly string[]
}

const provider: Layer = { folders: ['src/clock.ts'], packages: ['zod', 'undici', 'openapi-fetch', 'grammy', 'node:'] }

/** Root files that `main` composes: they serve the process and know nothing of Projects. */
const support: Layer = {
  folders: ['src/clock.ts', 'src/flags.ts', 'src/log.ts', 'src/redact.ts'],
  packages: ['pino', 'zod', 'node:'],
}

/** The first matching path names a file's layer. */
export const layers: Record<string, Layer> = {
  'src/api/': { folders: [], packages: ['zod'] },
  'src/controller/': { folders: ['src/clock.ts'], packages: [] },
  'src/kube/': {
    folders: ['src/api/', 'src/clock.ts', 'src/leadership/fence.ts', 'src/leadership/socket-gate.ts'],
    packages: ['undici', '@kubernetes/client-node', 'yaml', 'node:'],
  },
  'src/providers/hcloud/': provider,
  'src/providers/telegram/': provider,
  'src/providers/probe/': provider,
  'src/reconcilers/': {
    folders: ['src/api/', 'src/clock.ts'],
    types: ['src/controller/'],
    guards: ['src/kube/', 'src/providers/'],
    packages: ['@peculiar/x509', 'reflect-metadata', 'node:'],
  },
  'src/main.ts': { anything: true, folders: [], packages: [] },
  'src/connect-providers.ts': {
    folders: ['src/clock.ts', 'src/leadership/socket-gate.ts', 'src/providers/', 'src/reconcilers/account-identity.ts'],
    types: ['src/config.ts', 'src/leadership/fence.ts', 'src/serving/metrics.ts'],
    packages: ['undici'],
  },
  'src/leadership/': { folders: ['src/clock.ts', 'src/controller/'], packages: ['pino', 'undici', 'node:'] },
  'src/serving/': {
    folders: ['src/clock.ts', 'src/config.ts', 'src/kube/', 'src/log.ts'],
    types: ['src/controller/'],
    packages: ['pino', 'prom-client', '@peculiar/x509', 'reflect-metadata', 'node:'],
  },
  'src/telling.ts': {
    folders: ['src/api/', 'src/clock.ts', 'src/controller/', 'src/kube/', 'src/reconcilers/'],
    packages: ['pino', 'node:'],
  },
  'src/clock.ts': { folders: [], packages: [] },
  'src/': support,
  'simulators/': {
    folders: [],
    packages: ['@fastify/busboy', '@peculiar/x509', 'reflect-metadata', 'undici', 'yaml', 'zod', 'node:'],
  },
}

const guardName = /^(is[A-Z]\w*|hasCode)$/

/** Imports that the table does not allow. Tests, scripts and benchmarks may import anything, and nothing may import them. */
export function forbiddenImports(sources: readonly Source[]): string[] {
  return sources.flatMap((source) => {
    const name = Object.keys(layers).find((prefix) => source.path.startsWith(prefix))
    const layer = name === undefined ? undefined : layers[name]
    if (name === undefined || layer === undefined) return []
    return source.imports
      .map((imported) => objection({ name, layer, imported }))
      .filter((reason) => reason !== undefined)
      .map((reason) => `${source.path} ${reason}`)
  })
}

interface Edge {
  name: string
  layer: Layer
  imported: Import
}

function objection(edge: Edge): string | undefined {
  const { layer, imported } = edge
  const { to, own } = imported
  if (to === 'src/main.ts') return 'imports src/main.ts, which nothing may import'
  if (!own) return layer.anything || allowsPackage(layer, to) ? undefined : `imports the package ${to}`
  if (!to.startsWith('src/') && !to.startsWith('simulators/')) return `imports ${to}, which does not ship`
  return layer.anything ? productOnly(to) : crossing(edge)
}

const productOnly = (to: string) =>
  to.startsWith('src/') ? undefined : `imports ${to}: the product knows no simulator`

/** What is wrong with an import of one of our folders by another. */
function crossing({ name, layer, imported }: Edge): string | undefined {
  const { to, typeOnly, values } = imported
  const comesFrom = (folders: readonly string[] = []) => folders.some((folder) => to.startsWith(folder))
  const neighbours = name.endsWith('/') && name !== 'src/' ? [name] : []
  if (comesFrom([...neighbours, ...layer.folders])) return undefined
  if (comesFrom(layer.types)) return typeOnly ? undefined : `imports ${values} from ${to}: only types may cross here`
  if (!comesFrom(layer.guards)) return `imports ${to}`
  if (typeOnly || (values.length > 0 && values.every((value) => guardName.test(value)))) return undefined
  return `imports ${values} from ${to}: only types and error guards may cross here`
}

const allowsPackage = (layer: Layer, name: string) => layer.packages.some((allowed) => matchesPackage(allowed, name))

const matchesPackage = (allowed: string, name: string) =>
  allowed.endsWith(':') ? name.startsWith(allowed) : name === allowed

/** Cycles of imports, types included, each told once. */
export function importCycles(sources: readonly Source[]): string[] {
  const edges = new Map(
    sources.map((source) => [source.path, source.imports.filter(({ own }) => own).map(({ to }) => to)]),
  )
  const done = new Set<string>()
  const cycles: string[] = []
  const walk = (path: string, trail: readonly string[]) => {
    const start = trail.indexOf(path)
    if (start !== -1) cycles.push([...trail.slice(start), path].join(' → '))
    if (start !== -1 || done.has(path)) return
    for (const next of edges.get(path) ?? []) walk(next, [...trail, path])
    done.add(path)
  }
  for (const path of edges.keys()) walk(path, [])
  return cycles
}

/** The steps of a reconcile: only the table of contents puts them in order. */
const steps = ['credentials', 'guard', 'address', 'server', 'workload', 'webhook', 'teardown']
const isStep = (path: string) => steps.some((step) => path === `src/reconcilers/${step}.ts`)

export function importsOfSteps(sources: readonly Source[]): string[] {
  return sources
    .filter(({ path }) => path.startsWith('src/') && path !== 'src/reconcilers/project.ts')
    .flatMap(({ path, imports }) =>
      imports
        .filter(({ to }) => isStep(to))
        .map(({ to }) => `${path} imports the step ${to}; only src/reconcilers/project.ts may`),
    )
}

/** Where real time, chance and network may enter: everything else gets them injected. */
const roots = ['src/main.ts', 'src/clock.ts', 'src/serving/health.ts', 'simulators/main.ts', 'simulators/kit/clock.ts']

const ambient = new Set([
  'fetch',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'Date',
  'Date.now',
  'new Date()',
  'Math.random',
  'performance.now',
  'AbortSignal.timeout',
  'globalThis',
  'process.env',
])

export function ambientUse(sources: readonly Source[]): string[] {
  return sources
    .filter(({ path }) => isProgram(path))
    .flatMap(({ path, globals, imports }) => {
      const timers = imports
        .filter(({ to }) => /^node:timers/.test(to))
        .map(({ to }) => `${path} imports ${to}: take a clock`)
      const uses = globals
        .filter(({ name }) => isAmbient(name) && !mayUse(path, name))
        .map(({ name, line }) => `${path}:${line} uses ${name}: take it as a dependency`)
      return [...uses, ...(roots.includes(path) ? [] : timers)]
    })
}

const isAmbient = (name: string) => ambient.has(name) || name.startsWith('globalThis.')
const mayUse = (path: string, name: string) =>
  name === 'process.env' ? path === 'src/config.ts' : roots.includes(path)
const isProgram = (path: string) => path.startsWith('src/') || path.startsWith('simulators/')

/** The longest file, in lines. A test may be a long table, and is read one case at a time. */
const maxLines = (path: string) => (path.startsWith('test/') ? 500 : 250)

/** Names and shapes of files: no drawers, no barrels, no file too long or without its concern on top. */
export function misshapen(sources: readonly Source[]): string[] {
  return sources.flatMap(({ path, text, reExportsAll }) => {
    const complaints: string[] = []
    const lines = text.trimEnd().split('\n').length
    const generated = path.endsWith('.gen.ts')
    if (/(^|\/)(utils?|helpers?|common|misc)(\/|\.ts$)/.test(path))
      complaints.push(`${path} is a drawer: name it after what it does`)
    if (/(^|\/)index\.ts$/.test(path) || reExportsAll)
      complaints.push(`${path} is a barrel: import from where a thing is made`)
    if (!generated && lines > maxLines(path)) complaints.push(`${path} has ${lines} lines, more than ${maxLines(path)}`)
    if (!generated && !path.startsWith('test/') && !text.startsWith('// '))
      complaints.push(`${path} must begin with a comment that states its concern`)
    return complaints
  })
}
