// A simulated Hetzner on a hand-turned clock, machines that only remember what was asked of them, and a checked client.

import { expect } from 'vitest'
import { createHcloudSimulator, type HcloudSimulator } from '../../../simulators/hcloud/hcloud-simulator.ts'
import type { HcloudOptions } from '../../../simulators/hcloud/options.ts'
import type { MachineStart } from '../../../simulators/kit/machines.ts'
import { seededRandom } from '../../../simulators/kit/random.ts'
import { type FakeClock, fakeClock } from '../../support/fake-clock.ts'
import { type AnswerCheck, createAnswerCheck, hasVendorDescription } from './vendor-description.ts'

export const tokenA = 'a'.repeat(64)
export const tokenB = 'b'.repeat(64)

// biome-ignore lint/suspicious/noExplicitAny: answers are JSON that each test reads as it expects it.
export type Body = any

export interface Answered {
  status: number
  body: Body
  headers: Headers
}

export type Client = (method: string, path: string, body?: unknown) => Promise<Answered>

export interface Lab {
  clock: FakeClock
  simulator: HcloudSimulator
  /** Machines with power, by server id. */
  powered: Map<number, MachineStart>
  removed: number[]
  as(token: string): Client
  api: Client
  /** Creates a server and waits until it runs. */
  runningServer(body?: object): Promise<Body>
}

/** One for the run of a test file: everything that passes through any client here is checked. */
export const answerCheck: AnswerCheck | undefined = hasVendorDescription ? createAnswerCheck() : undefined

export function createLab(options: Partial<HcloudOptions> = {}): Lab {
  const clock = fakeClock()
  const powered = new Map<number, MachineStart>()
  const removed: number[] = []
  const machines = {
    start: (machine: MachineStart) => void powered.set(machine.id, machine),
    stop: (id: number) => void powered.delete(id),
    remove: (id: number) => void removed.push(id),
  }
  const simulator = createHcloudSimulator({ clock, random: seededRandom(7), machines, options })
  const as = (token: string): Client => createClient(simulator, token)
  const api = as(tokenA)
  let created = 0

  return {
    ...{ clock, simulator, powered, removed, as, api },
    async runningServer(body = {}) {
      created += 1
      const name = `server-${created}`
      const answer = await api('POST', '/servers', {
        name,
        server_type: 'cx23',
        image: 'debian-13',
        location: 'nbg1',
        ...body,
      })
      expect(answer.status).toBe(201)
      await clock.advance(60_000)
      return (await api('GET', `/servers/${answer.body.server.id}`)).body.server
    },
  }
}

function createClient({ fetch }: HcloudSimulator, token: string): Client {
  return async (method, path, body) => {
    const init = { method, headers: { authorization: `Bearer ${token}` } }
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    const request = new Request(`http://hetzner.test/v1${path}`, text === undefined ? init : { ...init, body: text })
    const response = await fetch(request)
    const answer = await response.text()
    const answered = { status: response.status, body: answer === '' ? undefined : JSON.parse(answer) }
    // A body as text is one that a test spoils on purpose.
    const sent = typeof body === 'string' ? undefined : body
    expect(answerCheck?.problemOf({ method, path, sent, ...answered })).toBeUndefined()
    return { ...answered, headers: response.headers }
  }
}
