// Delivery over real TLS to real simulated servers: which certificates pass, and which words each failure gets.

import type { RequestListener } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { createServer, type Server } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { FirewallRule } from '../../../simulators/kit/machines.ts'
import { postUpdate } from '../../../simulators/telegram/post-update.ts'
import { createMachines } from '../../../simulators/vps/machines.ts'
import { fakeClock } from '../../support/fake-clock.ts'
import { type Authority, createAuthority, createSelfSigned, type Issued } from '../certificates.ts'
import { contractFiles, type ServerFiles, serverUserData } from '../vps/user-data.ts'
import { setup as setupApi } from './bot-api.ts'

const ip = '127.64.8.1'
const url = `https://${ip}:8443/webhook`
let authority: Authority
let stranger: Authority

beforeAll(async () => {
  authority = await createAuthority()
  stranger = await createAuthority('Another CA')
})

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

interface ServerOptions {
  files: Omit<ServerFiles, 'certificate' | 'key'> & { certificate: string; key: string }
  rules?: () => readonly FirewallRule[]
}

function setup() {
  const clock = fakeClock()
  const api = setupApi({ clock, post: postUpdate })
  const machines = createMachines({ clock })
  closers.push(machines.close, api.telegram.stop)
  async function boot({ files, rules }: ServerOptions): Promise<void> {
    const userData = serverUserData(contractFiles(files))
    machines.start({ id: 1, name: 'echo', ipv4: ip, userData, rules: rules ?? (() => undefined) })
    await clock.advance(15_000)
    await vi.waitFor(() => expect(machines.state().machines[0]?.phase).toBe('serving'), { interval: 5 })
  }
  const register = (certificate: string | undefined, parameters: Record<string, string> = {}) =>
    api.upload('setWebhook', {
      ...{ url, secret_token: 'sesame', ...parameters },
      ...(certificate !== undefined && { certificate: new Blob([certificate]) }),
    })
  async function deliver(): Promise<Record<string, unknown>> {
    api.telegram.say(api.bot(), { text: 'hi', chatID: 7 })
    const settled = async () => {
      const info = await api.info()
      expect('last_error_message' in info || info['pending_update_count'] === 0).toBe(true)
      return info
    }
    return vi.waitFor(settled, { interval: 5 })
  }
  return { ...api, machines, boot, register, deliver }
}

const nodeOptionsOf = ({ certificate: cert, key }: Issued) => ({ cert, key })
const verifyFailed = 'SSL error {error:0A000086:SSL routines::certificate verify failed}'

describe('a message', () => {
  it('reaches the server, and its answer comes back', async () => {
    const { boot, register, deliver, bot } = setup()
    await boot({ files: await authority.issue({ commonName: ip, ips: [ip] }) })
    await register(authority.certificate)
    const info = await deliver()
    expect(info).toMatchObject({ pending_update_count: 0 })
    expect(info).not.toHaveProperty('last_error_message')
    expect(bot().answers).toEqual([expect.objectContaining({ via: 'webhook', chatID: '7', text: 'echo: hi' })])
  })

  it('waits for a server that is off, and arrives when it is back', async () => {
    const { boot, register, deliver, clock, machines, info, bot } = setup()
    const files = await authority.issue({ commonName: ip })
    await boot({ files })
    machines.stop(1)
    await register(authority.certificate)
    expect(await deliver()).toMatchObject({ pending_update_count: 1, last_error_message: 'Connection refused' })
    await boot({ files })
    const arrived = async () => {
      await clock.advance(500)
      expect(await info()).toMatchObject({ pending_update_count: 0 })
    }
    await vi.waitFor(arrived, { interval: 5 })
    expect(bot().answers.length).toBe(1)
    expect(await info()).toMatchObject({ last_error_message: 'Connection refused' })
  })

  it.each([
    { what: 'another secret token', parameters: { secret_token: 'wrong' }, words: '401 Unauthorized' },
    { what: 'another path', parameters: { url: `${url}/other` }, words: '404 Not Found' },
  ])('to a webhook with $what is refused by the server', async ({ parameters, words }) => {
    const { boot, register, deliver } = setup()
    await boot({ files: await authority.issue({ commonName: ip }) })
    await register(authority.certificate, parameters)
    expect(await deliver()).toMatchObject({
      pending_update_count: 1,
      last_error_message: `Wrong response from the webhook: ${words}`,
    })
  })
})

describe('with an uploaded certificate', () => {
  it.each([
    { leaf: { commonName: ip }, works: true, why: 'the common name is the address' },
    { leaf: { commonName: ip, ips: [ip] }, works: true, why: 'an IP SAN does not matter' },
    { leaf: { commonName: 'other', ips: [ip] }, works: false, why: 'an IP SAN alone does not count' },
    { leaf: { commonName: ip, dns: ['bot.example.com'] }, works: false, why: 'a DNS SAN turns the common name off' },
    { leaf: { commonName: 'other', dns: [ip] }, works: true, why: 'a DNS SAN that spells the address counts' },
    { leaf: { commonName: '127.64.8.2' }, works: false, why: 'it is the name of another address' },
  ])('$leaf works: $works, because $why', async ({ leaf, works }) => {
    const { boot, register, deliver } = setup()
    await boot({ files: await authority.issue(leaf) })
    await register(authority.certificate)
    expect((await deliver())['last_error_message']).toBe(works ? undefined : verifyFailed)
  })

  it('the upload is the whole trust store', async () => {
    const { boot, register, deliver, clock } = setup()
    const files = await authority.issue({ commonName: ip })
    await boot({ files })
    await register(stranger.certificate)
    expect(await deliver()).toMatchObject({ last_error_message: verifyFailed })
    await clock.advance(1_000)
    await register(`${stranger.certificate}\n${authority.certificate}`)
    expect(await deliver()).toMatchObject({ pending_update_count: 0 })
  })

  it('any of two certificates in one file is trusted, wherever it stands and whatever is around it', async () => {
    const { boot, register, deliver } = setup()
    await boot({ files: await authority.issue({ commonName: ip }) })
    await register(`first\r\n${authority.certificate.replaceAll('\n', '\r\n')}then\n${stranger.certificate}`)
    expect(await deliver()).toMatchObject({ pending_update_count: 0 })
  })

  it('one that vouches for itself is trusted', async () => {
    const { boot, register, deliver } = setup()
    const files = await createSelfSigned({ commonName: ip, ips: [ip] })
    await boot({ files })
    await register(files.certificate)
    expect(await deliver()).toMatchObject({ pending_update_count: 0 })
  })

  it('one that an authority made does not do without the authority', async () => {
    const { boot, register, deliver } = setup()
    const files = await authority.issue({ commonName: ip })
    await boot({ files })
    await register(files.certificate)
    expect(await deliver()).toMatchObject({ last_error_message: verifyFailed })
  })

  it.each([
    { when: 'is over', notBefore: '2020-01-01', notAfter: '2020-01-02' },
    { when: 'has not begun', notBefore: '2045-01-01', notAfter: '2045-01-02' },
  ])('one whose time $when is not trusted', async ({ notBefore, notAfter }) => {
    const { boot, register, deliver } = setup()
    const validity = { notBefore: new Date(notBefore), notAfter: new Date(notAfter) }
    await boot({ files: await authority.issue({ commonName: ip, validity }) })
    await register(authority.certificate)
    expect(await deliver()).toMatchObject({ pending_update_count: 1, last_error_message: verifyFailed })
  })

  it('a host name is compared as well, though the address is fixed', async () => {
    const { boot, register, deliver } = setup()
    await boot({ files: await authority.issue({ commonName: 'x', dns: ['bot.example.com'] }) })
    await register(authority.certificate, { url: 'https://bot.example.com:8443/webhook', ip_address: ip })
    expect(await deliver()).toMatchObject({ pending_update_count: 0 })
  })
})

describe('without an upload', () => {
  it('a private authority is not trusted', async () => {
    const { boot, register, deliver } = setup()
    await boot({ files: await authority.issue({ commonName: ip, ips: [ip] }) })
    await register(undefined)
    expect(await deliver()).toMatchObject({ last_error_message: verifyFailed })
  })
})

describe('a server that', () => {
  async function listening(onConnect: Parameters<typeof createServer>[1]): Promise<void> {
    const server: Server = createServer(onConnect)
    closers.push(() => server.close())
    await new Promise<void>((resolve) => server.listen(8443, ip, resolve))
  }

  it('is behind a closed firewall times out', async () => {
    const { boot, register, deliver, clock, telegram, bot, info } = setup()
    await boot({ files: await authority.issue({ commonName: ip }), rules: () => [] })
    await register(authority.certificate)
    telegram.say(bot(), { text: 'hi', chatID: 7 })
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(await info()).not.toHaveProperty('last_error_message')
    await clock.advance(60_000)
    expect(await deliver()).toMatchObject({ last_error_message: 'Connection timed out' })
  })

  it('speaks no TLS is an SSL error', async () => {
    const { register, deliver } = setup()
    await listening((socket) => socket.on('error', () => {}).end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    await register(authority.certificate)
    expect((await deliver())['last_error_message']).toMatch(/^SSL error \{.*wrong version number.*\}$/)
  })

  async function answering(handler: RequestListener): Promise<void> {
    const server = createHttpsServer(await authority.issue({ commonName: ip }).then(nodeOptionsOf), handler)
    closers.push(() => server.close())
    await new Promise<void>((resolve) => server.listen(8443, ip, resolve))
  }

  it('sends elsewhere is not followed', async () => {
    const { register, deliver } = setup()
    await answering((_, response) => response.writeHead(302, { location: `https://${ip}:8443/other` }).end())
    await register(authority.certificate)
    expect(await deliver()).toMatchObject({ last_error_message: 'Wrong response from the webhook: 302 Found' })
  })

  it('is asked as Telegram asks', async () => {
    const { register, deliver } = setup()
    const asked: unknown[] = []
    await answering(({ method, url: path, headers }, response) => {
      asked.push({ method, path, headers })
      response.writeHead(204).end()
    })
    await register(authority.certificate, { url: `https://u:p%40@${ip}:8443/a b?c=d` })
    expect(await deliver()).toMatchObject({ pending_update_count: 0 })
    expect(asked).toEqual([
      {
        method: 'POST',
        path: '/a%20b?c=d',
        headers: {
          host: `${ip}:8443`,
          authorization: `Basic ${Buffer.from('u:p%40').toString('base64')}`,
          'x-telegram-bot-api-secret-token': 'sesame',
          'content-type': 'application/json',
          'content-length': expect.stringMatching(/^\d+$/),
          connection: 'keep-alive',
          'accept-encoding': 'gzip, deflate',
        },
      },
    ])
  })

  it('packs its answer is understood', async () => {
    const { register, deliver, bot } = setup()
    const packed = gzipSync('{"method":"sendMessage","chat_id":7,"text":"packed"}')
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' }
    await answering((_, response) => response.writeHead(200, headers).end(packed))
    await register(authority.certificate)
    await deliver()
    expect(bot().answers).toEqual([expect.objectContaining({ text: 'packed' })])
  })

  it('takes a path with letters beyond ASCII as bytes, or refuses it', async () => {
    const { register, deliver } = setup()
    await answering((_, response) => response.end())
    await register(authority.certificate, { url: `https://${ip}:8443/бот` })
    expect(await deliver()).toMatchObject({ last_error_message: 'Wrong response from the webhook: 400 Bad Request' })
  })

  it.each([
    { answer: 'Retry-After in seconds', headers: { 'retry-after': '40' }, wait: 40 },
    { answer: 'Retry-After as a date', headers: { 'retry-after': 'Fri, 01 Jan 2100 00:00:00 GMT' }, wait: 0 },
    { answer: 'no Retry-After', headers: {}, wait: 0 },
  ])('is busy and gives $answer is asked again $wait s later', async ({ headers, wait }) => {
    const { register, deliver, clock, bot } = setup()
    const at: number[] = []
    await answering((_, response) => {
      at.push(clock.monotonic() / 1_000)
      response.writeHead(at.length === 1 ? 503 : 200, headers).end()
    })
    await register(authority.certificate)
    await deliver()
    await clock.advance(Math.max(wait * 1_000 - 1, 0))
    if (wait > 0) expect(at).toEqual([0])
    await clock.advance(1)
    await vi.waitFor(() => expect(bot().queue).toEqual([]), { interval: 5 })
    expect(at.at(-1)).toBe(wait)
  })

  it('hangs up without a word has closed the connection', async () => {
    const { register, deliver } = setup()
    await listening((socket) => socket.resetAndDestroy())
    await register(authority.certificate)
    expect(await deliver()).toMatchObject({ last_error_message: 'Connection reset by peer' })
  })
})
