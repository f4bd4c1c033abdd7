// From the start of the operator's process to its readiness: the bundle that ships, with a pod's access, on a real control plane.

import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { operatorAccount } from '../control-plane/grant.ts'
import { percentile } from '../demo/measure.ts'
import { type Operator, startOperator } from '../lab/operator.ts'
import { type Cluster, root, withCluster } from './cluster.ts'
import type { Figure } from './figure.ts'

const runs = 7

export function benchStart(): Promise<Figure[]> {
  bundleOperator()
  return withCluster(async (cluster) => {
    const starts: Start[] = []
    for (let run = 0; run < runs; run++) starts.push(await startOnce(cluster))
    const times = starts.map(({ time }) => time)
    const processor = starts.map((start) => start.processor)
    return [
      {
        ...{ what: `operator ready after its process began, median of ${runs}`, value: percentile(times, 0.5) },
        ...{ unit: 'ms', aim: 1_500, better: 'less' },
      },
      { what: 'processor time until then, median', value: percentile(processor, 0.5), unit: 'ms', better: 'less' },
      { what: 'the slowest of them', value: Math.max(...times), unit: 'ms', better: 'less' },
    ]
  })
}

/** As it ships: `dist/botyard.mjs` may be older than the sources. */
export function bundleOperator(): void {
  execFileSync(process.execPath, ['scripts/bundle.ts'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
}

/** The operator in the namespace that its rights are for; nothing answers for Hetzner and Telegram unless a part brings it. */
export async function openOperator({ controlPlane }: Cluster, args: readonly string[] = []): Promise<Operator> {
  return startOperator({
    program: path.join(root, 'dist/botyard.mjs'),
    access: { pod: { url: controlPlane.url, directory: await controlPlane.podFilesFor(operatorAccount) } },
    ...{ hcloud: 'http://127.0.0.1:9/v1', telegram: 'http://127.0.0.1:9' },
    ...{ log: path.join(controlPlane.directory, 'operator.log'), args },
  })
}

interface Start {
  /** On the wall, ms. */
  time: number
  /** Of all cores, ms. */
  processor: number
}

async function startOnce(cluster: Cluster): Promise<Start> {
  // Its files are written the first time.
  await cluster.controlPlane.podFilesFor(operatorAccount)
  const began = performance.now()
  const operator = await openOperator(cluster)
  try {
    while (!(await isReady(operator))) await delay(5)
    const time = performance.now() - began
    return { time, processor: await processorTime(operator.pid) }
  } finally {
    await operator.stop()
  }
}

/** As the kernel counts it, in ticks of 10 ms; the program's own metric begins when its modules are loaded. */
async function processorTime(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  // The name of the program may hold spaces; utime and stime are the 14th and 15th field.
  const [user, system] = stat.slice(stat.lastIndexOf(')')).split(' ').slice(12, 14)
  return (Number(user) + Number(system)) * 10
}

async function isReady({ health, running }: Operator): Promise<boolean> {
  if (!running) throw new Error('the operator ended')
  return fetch(`${health}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  )
}
