// The wire between operator and world: every request on record, faults of the simulators included, and hooks in between.

import type { World } from '../../simulators/world.ts'
import type { FakeClock } from '../support/fake-clock.ts'

export interface StageRequest {
  /** `POST /servers`, `GET /servers/:id`, `setWebhook`. */
  line: string
  /** With ids and the decoded query. */
  target: string
  isWrite: boolean
  /** Simulated monotonic time. */
  at: number
  /** The sender's own. */
  signal: AbortSignal
}

const telegramWrites = ['setWebhook', 'deleteWebhook']

export type StageNetwork = ReturnType<typeof createStageNetwork>

export function createStageNetwork({ world, clock }: { world: World; clock: FakeClock }) {
  const requests: StageRequest[] = []

  const describe = (request: Request): StageRequest => {
    const url = new URL(request.url)
    const when = { at: clock.monotonic(), signal: request.signal }
    if (url.host === 'telegram.test') {
      const method = url.pathname.split('/').at(-1) ?? ''
      return { line: method, target: method, isWrite: telegramWrites.includes(method), ...when }
    }
    const path = url.pathname.replace(/^\/v1/, '')
    const target = `${request.method} ${path}${decodeURIComponent(url.search)}`
    const line = `${request.method} ${path.replaceAll(/\/\d+(?=\/|$)/g, '/:id')}`
    return { line, target, isWrite: request.method !== 'GET', ...when }
  }

  async function exchange(request: Request, answer: (request: Request) => Promise<Response>): Promise<Response> {
    const described = describe(request)
    requests.push(described)
    request.signal.addEventListener('abort', () => network.gaveUp(described), { once: true })
    await network.before(described)
    return network.after(described, await answer(request))
  }

  const network = {
    requests,
    /** Runs before the world sees a request. */
    before: async (_request: StageRequest): Promise<void> => {},
    /** Told of requests that their sender gave up. */
    gaveUp: (_request: StageRequest): void => {},
    /** May answer something else than the world did. */
    after: async (_request: StageRequest, response: Response): Promise<Response> => response,
    hcloud: (url: string, init: RequestInit & { signal: AbortSignal }) =>
      orAborted(exchange(new Request(url, init), world.hcloud.fetch), init.signal),
    telegram: (url: string, init: RequestInit & { signal: AbortSignal }) =>
      orAborted(exchange(new Request(url, init), world.telegram.fetch), init.signal),
    lines: () => requests.map(({ line }) => line),
    writes: () => requests.filter(({ isWrite }) => isWrite).map(({ line }) => line),
    count: (line: string) => requests.filter((request) => request.line === line).length,
    forget: () => void requests.splice(0),

    /** Lets time pass while something waits for it, but never before real work had a chance to end. */
    async drive<T>(work: Promise<T>): Promise<T> {
      let isSettled = false
      const settle = () => {
        isSettled = true
      }
      work.then(settle, settle)
      for (let round = 0; !isSettled; round++) {
        await new Promise((resolve) => (round < 30 ? setImmediate(resolve) : setTimeout(resolve, 1)))
        if (!isSettled && round >= 50) await clock.advance(round < 70 ? 10 : 250)
      }
      return work
    },
  }
  return network
}

function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    work.then(resolve, reject)
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}
