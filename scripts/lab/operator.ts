// The operator as a process of its own, with the access it is given: bundled as it ships, or from its sources.

import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from '../control-plane/free-port.ts'
import { type Child, startChild } from './child.ts'

export interface OperatorOptions {
  /** `dist/botyard.mjs`, or `src/main.ts`. */
  program: string
  access: Access
  /** Base URLs of the simulators. */
  hcloud: string
  telegram: string
  /** Where its log goes. */
  log: string
  /** More flags. */
  args?: readonly string[]
  /** More flags of Node. */
  nodeArgs?: readonly string[]
}

/** A kubeconfig file, or what a kubelet gives to a pod: the address in the environment, a folder with token and ca.crt. */
export type Access = { kubeconfig: string } | { pod: { url: string; directory: string } }

export interface Operator {
  readonly pid: number
  readonly running: boolean
  readonly exited: Promise<number | string>
  /** Base URL of /healthz, /readyz and /metrics. */
  readonly health: string
  /** Resident memory in MiB, from the kernel. */
  memory(): Promise<number>
  /** Resolves when /readyz says so; rejects when the process has ended before. */
  untilReady(): Promise<void>
  stop(): Promise<void>
  kill(): Promise<void>
}

/**
 * As the image has them. The operator holds little and makes much garbage: the heap's young generation is kept small, and the
 * heap grows by a tenth before it is collected as a whole, where V8 would let it become several times as large.
 */
export const nodeFlags = ['--max-semi-space-size=2', '--heap-growing-percent=10']

/** Simulated servers listen there; the operator must be told that it may probe loopback addresses. */
const simulatedServers = '127.64.0.0/10'

export async function startOperator(o: OperatorOptions): Promise<Operator> {
  const port = await freePort()
  const flags = {
    ...('kubeconfig' in o.access
      ? { kubeconfig: o.access.kubeconfig }
      : { 'service-account-directory': o.access.pod.directory }),
    namespace: 'botyard-system',
    'cluster-id': 'lab',
    'hcloud-endpoint': o.hcloud,
    'telegram-endpoint': o.telegram,
    'allow-probe-range': simulatedServers,
    'health-address': `127.0.0.1:${port}`,
  }
  const args = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value])
  const node = [...nodeFlags, ...(o.nodeArgs ?? []), o.program]
  const env = { ...thrifty, ...('pod' in o.access && podEnvironment(o.access.pod.url)) }
  const child = startChild({ args: [...node, '--lab', ...args, ...(o.args ?? [])], log: o.log, env })
  return operatorOf(child, { health: `http://127.0.0.1:${port}`, log: o.log })
}

/** One heap of the C library for all threads instead of one each: 6 MiB less, and nothing here allocates in parallel. */
const thrifty = { MALLOC_ARENA_MAX: '1' }

function podEnvironment(url: string): Record<string, string> {
  const { hostname, port } = new URL(url)
  return { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port }
}

function operatorOf(child: Child, o: { health: string; log: string }): Operator {
  return {
    pid: child.pid,
    get running() {
      return child.running
    },
    exited: child.exited,
    health: o.health,
    async memory() {
      const status = await readFile(`/proc/${child.pid}/status`, 'utf8')
      return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1_024
    },
    async untilReady() {
      while (!(await answersReady(o.health))) {
        if (!child.running)
          throw new Error(`Cannot run the operator: it ended with ${await child.exited}; see ${o.log}`)
        await delay(50)
      }
    },
    stop: () => child.stop(),
    kill: () => child.kill(),
  }
}

const answersReady = (health: string): Promise<boolean> =>
  fetch(`${health}/readyz`)
    .then((answer) => answer.ok)
    .catch(() => false)
