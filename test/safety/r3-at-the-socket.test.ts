// R2, R3: the last look is taken when a socket is ready. A process that is frozen while it connects, and thawed when its time
// is over, finds the connection made and must not use it.

import { createServer, type Server } from 'node:http'
import { connect as openSocket, type Socket } from 'node:net'
import { Agent } from 'undici'
import { describe, expect, it, onTestFinished } from 'vitest'
import { seconds } from '../../src/clock.ts'
import { isConnectionError } from '../../src/kube/connection-error.ts'
import { createTransport } from '../../src/kube/transport.ts'
import { createFence, openFence } from '../../src/leadership/fence.ts'
import { gatedFetch } from '../../src/leadership/socket-gate.ts'
import { send } from '../../src/providers/hcloud/handlers/send.ts'
import { createBots } from '../../src/providers/telegram/bot.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { botToken } from './stage.ts'

/** What has reached a server, byte by byte. */
async function listening(answer: string) {
  const server: Server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(answer)
  })
  let bytes = 0
  const count = (chunk: Buffer) => {
    bytes += chunk.length
  }
  server.on('connection', (socket: Socket) => socket.prependListener('data', count))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as { port: number }
  return { url: `http://127.0.0.1:${port}`, bytes: () => bytes }
}

/** A clock that a test can make jump, as it does for a process that was stopped: before any of its timers runs. */
function freezable() {
  const clock = fakeClock()
  let frozenFor = 0
  return {
    ...clock,
    monotonic: () => clock.monotonic() + frozenFor,
    freeze(duration: number) {
      frozenFor += duration
    },
  }
}

/** Its connections are made, and handed over only when `onConnecting` has been called. */
function slowAgent(onConnecting: () => void): Agent {
  const agent = new Agent({
    allowH2: false,
    connect({ port }, callback) {
      const socket = openSocket({ host: '127.0.0.1', port: Number(port) }, () => {
        onConnecting()
        callback(null, socket)
      })
      socket.once('error', (error) => callback(error, null))
    },
  })
  onTestFinished(() => agent.destroy())
  return agent
}

type FrozenClock = ReturnType<typeof freezable>

const neverAborted = new AbortController().signal
const leased = (clock: FrozenClock) =>
  createFence({ clock, leaseDuration: seconds(15), renewDeadline: seconds(10), renewedAt: () => 0 })

const setups = {
  'with the lease': leased,
  'without leader election': () => openFence,
}

/** Each makes one call and answers how it ended. */
const callers = {
  async 'a write to Hetzner'(o: { url: string; clock: FrozenClock; agent: Agent; fence: typeof openFence }) {
    const wire = send({ clock: o.clock, fetch: gatedFetch(o) })
    const sendBefore = o.clock.monotonic() + o.fence.allowance()
    const call = { method: 'POST', url: o.url, headers: {}, body: '{}', signal: neverAborted, sendBefore }
    await wire(call as never)
  },
  async 'a read from Hetzner'(o: { url: string; clock: FrozenClock; agent: Agent; fence: typeof openFence }) {
    const wire = send({ clock: o.clock, fetch: gatedFetch(o) })
    const sendBefore = o.clock.monotonic() + o.fence.allowance()
    await wire({ method: 'GET', url: o.url, headers: {}, signal: neverAborted, sendBefore } as never)
  },
  async 'a call to Telegram'(o: { url: string; clock: FrozenClock; agent: Agent; fence: typeof openFence }) {
    const fetch = gatedFetch(o)
    const bots = createBots({ endpoint: o.url, fetch, clock: o.clock, allowance: o.fence.allowance })
    await bots.bot(botToken).deleteWebhook(neverAborted)
  },
}

describe.each(Object.entries(setups))('R3, at the socket, %s', (_setup, fenceOf) => {
  describe.each(Object.entries(callers))('%s', (_name, call) => {
    it('is made when connecting took no time', async () => {
      const clock = freezable()
      const server = await listening('{"ok":true,"result":true}')
      await call({ url: server.url, clock, agent: slowAgent(() => {}), fence: fenceOf(clock) })
      expect(server.bytes()).toBeGreaterThan(0)
    })

    it('sends no byte when the process was frozen while it connected', async () => {
      const clock = freezable()
      const server = await listening('{"ok":true,"result":true}')
      const agent = slowAgent(() => clock.freeze(seconds(20)))
      const outcome = call({ url: server.url, clock, agent, fence: fenceOf(clock) })
      const error = await outcome.then(
        () => undefined,
        (cause) => cause,
      )
      expect(error).toBeInstanceOf(Error)
      expect(error.name === 'NotSent' || error.outcomeUnknown === false).toBe(true)
      expect(server.bytes()).toBe(0)
    })
  })
})

describe('R2, at the socket', () => {
  it('a call whose own time is not over is not begun when the lease has been lost meanwhile', async () => {
    const clock = freezable()
    const server = await listening('{"ok":true,"result":true}')
    let renewedAt: number | undefined = 0
    const lease = { leaseDuration: seconds(15), renewDeadline: seconds(10), renewedAt: () => renewedAt }
    const fence = createFence({ clock, ...lease })
    const agent = slowAgent(() => {
      renewedAt = undefined
    })
    await expect(callers['a write to Hetzner']({ url: server.url, clock, agent, fence })).rejects.toThrow('too late')
    expect(server.bytes()).toBe(0)
  })

  it('a call whose own time is not over is not begun when the lease was not renewed in time meanwhile', async () => {
    const clock = freezable()
    const server = await listening('{"ok":true,"result":true}')
    clock.freeze(seconds(5))
    // It has nine seconds from now; the renew deadline passes in five.
    const agent = slowAgent(() => clock.freeze(seconds(6)))
    const call = { url: server.url, clock, agent, fence: leased(clock) }
    await expect(callers['a write to Hetzner'](call)).rejects.toThrow('too late')
    expect(server.bytes()).toBe(0)
  })
})

describe('R2, at the API server', () => {
  const path = '/api/v1/namespaces/shop/secrets/echo'
  const review = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'

  async function cluster(renewedAt: () => number | undefined, onAccess = () => {}) {
    const clock = freezable()
    const server = await listening('{"metadata":{}}')
    // Asked for before each call, and after its deadline was set: here a process may be frozen, too.
    const access = async () => {
      onAccess()
      return { headers: {}, tls: {} }
    }
    const fence = createFence({ clock, leaseDuration: seconds(15), renewDeadline: seconds(10), renewedAt })
    const at = { server: server.url, access, refused: () => {} }
    const transport = createTransport({ cluster: at, clock, random: () => 0, fence })
    onTestFinished(() => transport.close())
    return { transport, server, clock }
  }

  const outcomeOf = (call: Promise<unknown>) =>
    call.then(
      () => 'answered',
      (error) => (isConnectionError(error) ? error.code : error),
    )

  it.each(['POST', 'PUT', 'PATCH', 'DELETE'] as const)('a standby sends no %s', async (method) => {
    const { transport, server } = await cluster(() => undefined)
    expect(await outcomeOf(transport.request({ method, path, body: {} }))).toBe('unreachable')
    expect(server.bytes()).toBe(0)
  })

  it('a standby reads, asks for its rights, and contends for the lease', async () => {
    const { transport } = await cluster(() => undefined)
    expect(await outcomeOf(transport.request({ method: 'GET', path }))).toBe('answered')
    expect(await outcomeOf(transport.request({ method: 'POST', path: review, body: {} }))).toBe('answered')
    expect(await outcomeOf(transport.request({ method: 'PUT', path, body: {}, lane: 'lease' }))).toBe('answered')
  })

  it.each(['GET', 'PATCH'] as const)('a %s is not begun by a process that was frozen on its way', async (method) => {
    const it = await cluster(
      () => 0,
      () => it.clock.freeze(seconds(20)),
    )
    const options = { method, path, ...(method === 'PATCH' && { body: {} }) }
    expect(await outcomeOf(it.transport.request(options))).toBe('unreachable')
    expect(it.server.bytes()).toBe(0)
  })

  it('a PATCH is not begun when the lease has been lost on its way', async () => {
    let renewedAt: number | undefined = 0
    const { transport, server } = await cluster(
      () => renewedAt,
      () => {
        renewedAt = undefined
      },
    )
    expect(await outcomeOf(transport.request({ method: 'PATCH', path, body: {} }))).toBe('unreachable')
    expect(server.bytes()).toBe(0)
  })

  it('a renewal is not begun by a process that was frozen on its way', async () => {
    const it = await cluster(
      () => 0,
      () => it.clock.freeze(seconds(20)),
    )
    const put = { method: 'PUT', path, body: {}, lane: 'lease', timeout: seconds(3) } as const
    expect(await outcomeOf(it.transport.request(put))).toBe('unreachable')
    expect(it.server.bytes()).toBe(0)
  })

  it('a write takes no longer than the lease allows', async () => {
    const silent = createServer(() => {})
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => {
      silent.closeAllConnections()
      silent.close()
    })
    const clock = freezable()
    clock.freeze(seconds(9))
    const { port } = silent.address() as { port: number }
    const at = {
      server: `http://127.0.0.1:${port}`,
      access: async () => ({ headers: {}, tls: {} }),
      refused: () => {},
    }
    const transport = createTransport({ cluster: at, clock, random: () => 0, fence: leased(clock) })
    onTestFinished(() => transport.close())
    let outcome: unknown
    void outcomeOf(transport.request({ method: 'PATCH', path, body: {} })).then((code) => {
      outcome = code
    })
    await clock.advance(seconds(5) - 1)
    expect(outcome).toBeUndefined()
    await clock.advance(1)
    await expect.poll(() => outcome).toBe('timeout')
  })
})
