// R3: a call's deadline is 10 s, checked again when the request is about to be written to the socket. (Without leader
// election there is no lease to be shorter than.)
import { createServer } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { seconds } from '../../src/clock.ts'
import { createSecrets } from '../../src/kube/secrets.ts'
import { createTransport } from '../../src/kube/transport.ts'
import { send } from '../../src/providers/hcloud/handlers/send.ts'
import { timeout } from '../../src/providers/hcloud/handlers/timeout.ts'
import { createBots } from '../../src/providers/telegram/bot.ts'
import { issueCertificates } from '../../src/reconcilers/certificates.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { botToken, createStage } from './stage.ts'

const limit = seconds(10)

describe('R3: no call outlives ten seconds', () => {
  it.each([
    { service: 'hcloud', route: 'POST /servers', line: 'POST /servers' },
    { service: 'hcloud', route: 'GET /servers', line: 'GET /servers' },
    { service: 'telegram', route: 'POST /bot*/setWebhook', line: 'setWebhook' },
    { service: 'telegram', route: 'POST /bot*/getMe', line: 'getMe' },
  ] as const)('$route, which nobody answers', async ({ service, route, line }) => {
    const stage = createStage()
    let given: number | undefined
    stage.network.gaveUp = ({ line: which, at }) => {
      if (which === line) given ??= stage.clock.monotonic() - at
    }
    stage.world[service].faults.add({ route, kind: 'held', times: 1 })
    await stage.until(() => given !== undefined)
    expect(given).toBe(limit)
  })

  it('a body that drips without an end', async () => {
    const stage = createStage()
    let took: number | undefined
    stage.network.after = async ({ line, signal, at }, response) => {
      if (line !== 'GET /server_types' || took !== undefined) return response
      const start = (stream: ReadableStreamDefaultController) => {
        stream.enqueue(new TextEncoder().encode('{'))
        signal.addEventListener('abort', () => {
          took = stage.clock.monotonic() - at
          stream.error(signal.reason)
        })
      }
      return new Response(new ReadableStream({ start }))
    }
    await stage.until(() => took !== undefined)
    expect(took).toBe(limit)
  })

  it('to the API server', async () => {
    const silent = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => silent.once('listening', resolve))
    onTestFinished(() => void silent.close())
    const clock = fakeClock()
    const { port } = silent.address() as { port: number }
    const access = async () => ({ headers: {}, tls: {} })
    const cluster = { server: `http://127.0.0.1:${port}`, access, refused: () => {} }
    const transport = createTransport({ cluster, clock, random: () => 0.5 })
    onTestFinished(() => transport.close())
    const reading = createSecrets(transport).get({ namespace: 'shop', name: 'bot' }, new AbortController().signal)
    const outcome = reading.then(
      () => 'answered',
      () => 'given up',
    )
    await clock.advance(limit - 1)
    await clock.advance(1)
    await expect(Promise.race([outcome, new Promise((r) => setTimeout(r, 2_000, 'still waiting'))])).resolves.toBe(
      'given up',
    )
  })

  describe('a process that was frozen and thawed between the decision and the socket', () => {
    const thawing = () => {
      const clock = fakeClock()
      let frozenFor = 0
      const freeze = () => {
        frozenFor += limit + 1
      }
      return { ...clock, monotonic: () => clock.monotonic() + frozenFor, freeze }
    }

    it('sends nothing to Hetzner', async () => {
      const clock = thawing()
      const sent: string[] = []
      const fetch = async (url: string) => {
        sent.push(url)
        return { status: 204, headers: new Headers(), body: null }
      }
      const wire = send({ clock, fetch })
      const chain = timeout({ clock, limit: () => limit })(async (call) => {
        clock.freeze()
        await wire(call)
        return { status: 204, text: '', rateLimit: undefined }
      })
      const { signal } = new AbortController()
      const call = { method: 'POST', url: 'http://hetzner.test/v1/servers', headers: {}, signal }
      await expect(chain(call as never)).rejects.toThrow('too late')
      expect(sent).toEqual([])
    })

    it('sends nothing to Telegram', async () => {
      const clock = thawing()
      const sent: string[] = []
      const fetch = async (url: string) => {
        sent.push(url)
        return new Response('{"ok":true,"result":true}')
      }
      const bot = createBots({ endpoint: 'http://telegram.test', fetch, clock }).bot(botToken)
      const { certificate } = await issueCertificates({ ip: '192.0.2.1', commonName: 'shop/echo', clock })
      const settings = { url: 'https://192.0.2.1/hook', ipAddress: '192.0.2.1', certificate, maxConnections: 40 }
      const secretToken = 'webhook-secret'
      const signal = new AbortController().signal
      const setting = bot.setWebhook({ ...settings, secretToken, dropPendingUpdates: false }, signal)
      clock.freeze()
      await expect(setting).rejects.toMatchObject({ code: 'timeout', outcomeUnknown: false })
      expect(sent).toEqual([])
    })
  })
})
