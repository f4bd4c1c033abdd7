// The simulators as a process of their own, and what the lab asks of them by their control routes.

import { randomInt } from 'node:crypto'
import path from 'node:path'
import { type Child, startAnnounced } from './child.ts'

export interface Simulators {
  readonly pid: number
  /** Settles when the process has ended, and says how. */
  readonly exited: Promise<number | string>
  /** Base URLs, as the operator is given them. */
  readonly hcloud: string
  readonly telegram: string
  /** A control route of either side; throws what it refuses. */
  control: Record<'hcloud' | 'telegram', (method: string, path: string, body?: unknown) => Promise<unknown>>
  stop(): Promise<void>
}

/** Addresses are drawn by it: two labs on one machine must not want the same ones. */
const ownSeed = (): string => String(randomInt(2 ** 31))

const program = path.resolve(import.meta.dirname, '../../simulators/main.ts')

export async function startSimulators(o: { log: string; args?: readonly string[] }): Promise<Simulators> {
  const { child, line } = await startAnnounced({ args: [program, '--seed', ownSeed(), ...(o.args ?? [])], log: o.log })
  const { hcloud, telegram } = JSON.parse(line) as { hcloud: string; telegram: string }
  return simulatorsOf(child, { hcloud, telegram })
}

function simulatorsOf(child: Child, urls: { hcloud: string; telegram: string }): Simulators {
  return {
    pid: child.pid,
    exited: child.exited,
    ...urls,
    control: { hcloud: createControl(urls.hcloud), telegram: createControl(urls.telegram) },
    stop: () => child.stop(),
  }
}

/** Asks a control route of the service at this URL. */
export function createControl(url: string) {
  const base = `${new URL(url).origin}/_simulator`
  return async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const init = body === undefined ? { method } : { method, body: JSON.stringify(body) }
    const answer = await fetch(`${base}${path}`, init)
    const text = await answer.text()
    if (!answer.ok) throw new Error(`Cannot ${method} ${path} of the simulators: ${answer.status} ${text}`)
    return text === '' ? undefined : JSON.parse(text)
  }
}
