// List and watch of 10,000 objects: our reflector beside the informer of @kubernetes/client-node, in the same run, each
// bundled, each in a process of its own, with the flags that the operator ships with. The server is a third process.

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { build } from 'esbuild'
import { nodeFlags } from '../lab/operator.ts'
import type { Figure } from './figure.ts'
import type { Question, Sample } from './informer-report.ts'
import type { Order } from './informer-server.ts'

const objectCount = 10_000
const burst = 20_000
const steady: Required<Order> = { count: 5_000, perSecond: 500 }

interface Measured {
  /** Processor time for the list, ms. */
  list: number
  /** Longest turn of the event loop until the list was there, ms. */
  turn: number
  /** Heap for each object, bytes. */
  heap: number
  /** Changes a second of a core. */
  speed: number
  /** Most resident memory while the steady changes came, MB. */
  memory: number
}

export async function benchInformer(): Promise<Figure[]> {
  const directory = await mkdtemp(path.join(tmpdir(), 'botyard-bench-'))
  try {
    const ours = await measure(await bundle('informer-ours.ts', directory))
    const theirs = await measure(await bundle('informer-theirs.ts', directory))
    return [
      ...figuresOf('', ours, { turn: 50, heap: 3.5, memory: 200 }),
      ...figuresOf("client-node's ", theirs),
      ...ratios(ours, theirs),
    ]
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

function figuresOf(
  whose: string,
  { list, turn, heap, speed, memory }: Measured,
  aims?: { turn: number; heap: number; memory: number },
): Figure[] {
  return [
    { what: `${whose}list of ${objectCount}`, value: list, unit: 'ms of a core', better: 'less' },
    {
      what: `${whose}longest turn of the event loop meanwhile`,
      value: turn,
      unit: 'ms of a core',
      better: 'less',
      ...(aims && { aim: aims.turn }),
    },
    {
      what: `${whose}heap for each object`,
      value: heap / 1_000,
      unit: 'KB',
      better: 'less',
      ...(aims && { aim: aims.heap }),
    },
    { what: `${whose}changes`, value: speed, unit: 'a second of a core', better: 'more' },
    {
      ...{ what: `${whose}RSS at ${steady.perSecond} changes/s`, value: memory, unit: 'MB', better: 'less' },
      ...(aims && { aim: aims.memory }),
    },
  ]
}

function ratios(ours: Measured, theirs: Measured): Figure[] {
  const times = (what: string, value: number): Figure => ({ what, value, unit: 'times', better: 'more' })
  return [
    times("list: client-node's time / ours", theirs.list / ours.list),
    times("heap: client-node's / ours", theirs.heap / ours.heap),
    times("changes: our speed / client-node's", ours.speed / theirs.speed),
    times("memory: client-node's / ours", theirs.memory / ours.memory),
  ]
}

async function bundle(name: string, directory: string): Promise<string> {
  const outfile = path.join(directory, name.replace('.ts', '.mjs'))
  await build({
    entryPoints: [path.join(import.meta.dirname, name)],
    ...{ outfile, bundle: true, minify: true, platform: 'node', target: 'node24', format: 'esm', logLevel: 'warning' },
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  })
  return outfile
}

async function measure(program: string): Promise<Measured> {
  const rest = await withFollower(program, async ({ server, follower }) => {
    const list = await measureList(follower)
    const { perChange } = await follow({ server, follower, order: { count: burst } })
    const { memory } = await follow({ server, follower, order: steady })
    return { ...list, speed: 1_000 / perChange, memory }
  })
  // In a process of its own: to look at every turn costs time.
  return { ...rest, turn: await withFollower(program, measureTurn) }
}

interface Pair {
  server: ChildProcess
  follower: ChildProcess
}

async function withFollower<T>(program: string, act: (pair: Pair) => Promise<T>): Promise<T> {
  const server = fork(path.join(import.meta.dirname, 'informer-server.ts'), [String(objectCount)])
  const [{ port }] = (await once(server, 'message')) as [{ port: number }]
  const follower = fork(program, [`http://127.0.0.1:${port}`], {
    execArgv: [...nodeFlags, '--expose-gc'],
    env: { ...process.env, MALLOC_ARENA_MAX: '1' },
  })
  try {
    return await act({ server, follower })
  } finally {
    server.kill()
    follower.kill()
  }
}

async function measureTurn({ follower }: Pair): Promise<number> {
  await ask(follower, 'start and look at turns')
  return (await until(follower, ({ turn }) => turn !== undefined)).turn ?? Number.NaN
}

async function measureList(follower: ChildProcess): Promise<Pick<Measured, 'list' | 'heap'>> {
  const empty = await ask(follower, 'collect')
  const before = await ask(follower, 'start')
  const full = await until(follower, ({ objects }) => objects === objectCount)
  const { heap } = await ask(follower, 'collect')
  return { list: full.cpu - before.cpu, heap: (heap - empty.heap) / objectCount }
}

interface Following extends Pair {
  order: Order
}

async function follow({ server, follower, order }: Following): Promise<{ perChange: number; memory: number }> {
  const before = await ask(follower, 'sample')
  let memory = 0
  server.send(order)
  const after = await until(follower, (sample) => {
    memory = Math.max(memory, sample.memory)
    return sample.changes - before.changes === order.count
  })
  return { perChange: (after.cpu - before.cpu) / order.count, memory }
}

/** A change that is never told would make this wait for ever: after two minutes it is an error. */
async function until(follower: ChildProcess, isSo: (sample: Sample) => boolean): Promise<Sample> {
  for (const end = performance.now() + 120_000; ; await delay(50)) {
    const sample = await ask(follower, 'sample')
    if (isSo(sample)) return sample
    if (performance.now() > end) throw new Error(`after two minutes the follower has seen ${JSON.stringify(sample)}`)
  }
}

async function ask(follower: ChildProcess, question: Question): Promise<Sample> {
  const answer = once(follower, 'message')
  follower.send(question)
  const [sample] = await answer
  return sample as Sample
}
