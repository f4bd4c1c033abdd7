// Simulated servers on real sockets: what they need to serve, what they answer, and what power and firewall do to them.

import { request } from 'node:https'
import { connect } from 'node:net'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { FirewallRule } from '../../../simulators/kit/machines.ts'
import { createMachines } from '../../../simulators/vps/machines.ts'
import { fakeClock } from '../../support/fake-clock.ts'
import { type Authority, createAuthority } from '../certificates.ts'
import { cloudConfig, contractFiles, mime, type ServerFiles, serverUserData } from './user-data.ts'

const ip = '127.64.7.1'
const port = 8443
let authority: Authority
let leaf: { certificate: string; key: string }

beforeAll(async () => {
  authority = await createAuthority()
  leaf = await authority.issue({ commonName: ip, ips: [ip] })
})

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

interface SetupOptions {
  userData?: string
  files?: Partial<ServerFiles>
  rules?: () => readonly FirewallRule[] | undefined
}

function setup({ userData, files = {}, rules = () => undefined }: SetupOptions = {}) {
  const clock = fakeClock()
  const machines = createMachines({ clock, options: { bootSeconds: 15 } })
  closers.push(machines.close)
  const data = userData ?? serverUserData(contractFiles({ ...leaf, ...files }))
  const start = (more: { userData?: string } = {}) =>
    machines.start({ id: 1, name: 'echo', ipv4: ip, userData: data, rules, ...more })
  const machine = () => machines.state().machines[0]
  const boot = async () => {
    await clock.advance(15_000)
    await vi.waitFor(() => expect(machine()?.phase).toMatch(/erving/), { interval: 5 })
    return machine()
  }
  return { clock, machines, start, machine, boot }
}

interface Answer {
  status: number
  body: unknown
}

function call(method: string, path: string, o: { secret?: string; body?: string } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = o.secret === undefined ? {} : { 'X-Telegram-Bot-Api-Secret-Token': o.secret }
    const ca = authority.certificate
    const sent = request({ host: ip, port, method, path, headers, ca, agent: false, servername: '' }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk) => chunks.push(chunk))
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, body: JSON.parse(Buffer.concat(chunks).toString()) })
      })
    })
    sent.on('error', reject)
    sent.end(o.body)
  })
}

const probe = () => call('GET', '/.well-known/botyard')
const message = JSON.stringify({ update_id: 1, message: { chat: { id: 7 }, text: 'hi' } })

describe('a server', () => {
  it('serves once its boot time has passed, with the certificate from its user data', async () => {
    const { clock, start, machine, boot } = setup()
    start()
    await clock.advance(14_999)
    expect(machine()).toMatchObject({ phase: 'booting', files: [] })
    await expect(probe()).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    expect(await boot()).toMatchObject({ phase: 'serving', port, cloudInit: { status: 'done' } })
    expect(await probe()).toEqual({ status: 200, body: { status: 'ok', updates: 0 } })
  })

  it.each([
    { what: 'the right secret', method: 'POST', path: '/webhook', o: { secret: 'sesame', body: message }, status: 200 },
    { what: 'a wrong secret', method: 'POST', path: '/webhook', o: { secret: 'Sesame', body: message }, status: 401 },
    { what: 'no secret', method: 'POST', path: '/webhook', o: { body: message }, status: 401 },
    { what: 'another path', method: 'POST', path: '/other', o: { secret: 'sesame', body: message }, status: 404 },
    { what: 'another method', method: 'GET', path: '/webhook', o: { secret: 'sesame' }, status: 404 },
    { what: 'a POST to the probe', method: 'POST', path: '/.well-known/botyard', o: { body: '{}' }, status: 404 },
    { what: 'no JSON', method: 'POST', path: '/webhook', o: { secret: 'sesame', body: '{' }, status: 400 },
  ])('answers $what with $status', async ({ method, path, o, status }) => {
    const { start, boot } = setup()
    start()
    await boot()
    const answer = await call(method, path, o)
    expect(answer.status).toBe(status)
    if (status === 200) expect(answer.body).toEqual({ method: 'sendMessage', chat_id: 7, text: 'echo: hi' })
  })

  it('without a secret token lets nobody in', async () => {
    const { start, boot } = setup({ files: { secretToken: '' } })
    start()
    await boot()
    expect((await call('POST', '/webhook', { secret: '', body: message })).status).toBe(401)
  })

  it('is off at once when its power goes, and remembers what it did when it comes back', async () => {
    const { machines, start, machine, boot } = setup()
    start()
    await boot()
    await call('POST', '/webhook', { secret: 'sesame', body: message })
    machines.stop(1)
    expect(machine()).toMatchObject({ phase: 'off', port: undefined })
    await expect(probe()).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    start({ userData: 'other user data, which only a new disk would read' })
    expect(await boot()).toMatchObject({ phase: 'serving', updates: 1 })
    expect((await probe()).body).toEqual({ status: 'ok', updates: 1 })
  })

  it('that loses its power while it boots does not come up', async () => {
    const { clock, machines, start, machine } = setup()
    start()
    await clock.advance(10_000)
    machines.stop(1)
    await clock.advance(60_000)
    expect(machine()?.phase).toBe('off')
  })

  it('that loses its power at the moment it begins to listen does not come up', async () => {
    const timers: (() => void)[] = []
    const schedule = (_: number, run: () => void) => {
      timers.push(run)
      return () => {}
    }
    const clock = { ...fakeClock(), schedule }
    const machines = createMachines({ clock })
    closers.push(machines.close)
    const userData = serverUserData(contractFiles(leaf))
    machines.start({ id: 1, name: 'echo', ipv4: ip, userData, rules: () => undefined })
    timers[0]?.()
    machines.stop(1)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(machines.state().machines[0]?.phase).toBe('off')
    await expect(probe()).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })

  it('that is removed is gone with its disk', async () => {
    const { machines, start, boot } = setup()
    start()
    await boot()
    machines.remove(1)
    expect(machines.state().machines).toEqual([])
    await expect(probe()).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    start()
    expect(await boot()).toMatchObject({ updates: 0 })
  })

  it('shows no secret in its state', async () => {
    const { machines, start, boot } = setup()
    start()
    await boot()
    const state = JSON.stringify(machines.state())
    expect(state).not.toMatch(/sesame|PRIVATE|CERTIFICATE/)
    expect(state).toContain('/etc/botyard/tls.key')
  })
})

describe('nothing listens', () => {
  const files = () => contractFiles(leaf)
  const without = (path: string) => serverUserData(files().filter((file) => file.path !== path))
  const having = (path: string, content: string) =>
    serverUserData(files().map((file) => (file.path === path ? { path, content } : file)))
  it.each([
    { why: 'there is no certificate', data: () => without('/etc/botyard/tls.crt'), problem: /tls.crt is missing/ },
    { why: 'there is no key', data: () => without('/etc/botyard/tls.key'), problem: /tls.key is missing/ },
    {
      why: 'there are no settings',
      data: () => without('/etc/botyard/project.json'),
      problem: /project.json is missing/,
    },
    { why: 'the settings are no JSON', data: () => having('/etc/botyard/project.json', '{'), problem: /is no JSON/ },
    { why: 'they lack the port', data: () => having('/etc/botyard/project.json', '{}'), problem: /lacks webhook.port/ },
    { why: 'the key does not parse', data: () => having('/etc/botyard/tls.key', 'x'), problem: /ERR_OSSL/ },
    {
      why: 'the key belongs to another certificate',
      data: async () => having('/etc/botyard/tls.key', (await authority.issue({ commonName: 'other' })).key),
      problem: /key values mismatch/,
    },
    {
      why: 'there is no part of the user',
      data: () => serverUserData(files(), ''),
      problem: /no part .* brings a server/,
    },
    {
      why: "the user's part erased ours",
      data: () =>
        mime([
          { type: 'text/cloud-config', body: cloudConfig({ write_files: files() }) },
          { type: 'text/cloud-config', body: cloudConfig({ write_files: [] }) },
        ]),
      problem: /project.json is missing/,
    },
    { why: 'the user data is damaged', data: () => 'H4sIAAAAAAAA', problem: /damaged gzip data/ },
  ])('when $why', async ({ data, problem }) => {
    const { start, boot } = setup({ userData: await data() })
    start()
    expect(await boot()).toMatchObject({ phase: 'notServing', problem: expect.stringMatching(problem) })
    await expect(probe()).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })

  it("when the user's part only mentions our files, it is the user's all the same", async () => {
    const { start, boot } = setup({
      userData: serverUserData(contractFiles(leaf), '#cloud-config\nruncmd: [cat /etc/botyard/project.json]\n'),
    })
    start()
    expect(await boot()).toMatchObject({ phase: 'serving' })
  })

  it('when another server has the address', async () => {
    const { machines, start, boot } = setup()
    start()
    await boot()
    const other = setup()
    other.start()
    expect(await other.boot()).toMatchObject({ phase: 'notServing', problem: expect.stringContaining('EADDRINUSE') })
    machines.close()
  })

  it('after a boot that never serves, until the next boot', async () => {
    const { machines, start, boot } = setup()
    machines.addFault({ kind: 'bootFailure', failure: 'neverServes', server: 'another', times: 1 })
    machines.addFault({ kind: 'bootFailure', failure: 'neverServes', server: 'echo', times: 1 })
    start()
    expect(await boot()).toMatchObject({ phase: 'notServing', cloudInit: { status: 'done' } })
    machines.stop(1)
    start()
    expect(await boot()).toMatchObject({ phase: 'serving' })
  })

  it('after cloud-init failed, also on later boots, because it runs once for a disk', async () => {
    const { machines, start, boot } = setup()
    machines.addFault({ kind: 'bootFailure', failure: 'cloudInitError', times: 1 })
    start()
    expect(await boot()).toMatchObject({ phase: 'notServing', cloudInit: { status: 'error' }, files: [] })
    machines.stop(1)
    start()
    expect(await boot()).toMatchObject({ phase: 'notServing' })
  })
})

describe('a firewall', () => {
  const rule = (more: Partial<FirewallRule> = {}): FirewallRule => ({
    ...{ direction: 'in', protocol: 'tcp', port: '8443', source_ips: ['0.0.0.0/0', '::/0'] },
    ...more,
  })
  it.each([
    { what: 'no firewall at all', rules: undefined, open: true },
    { what: 'the port', rules: [rule()], open: true },
    { what: 'a range', rules: [rule({ port: '8000-9000' })], open: true },
    { what: 'any port', rules: [rule({ port: 'any' })], open: true },
    { what: 'this source', rules: [rule({ source_ips: ['127.0.0.0/8'] })], open: true },
    { what: 'one rule of several', rules: [rule({ port: '22' }), rule()], open: true },
    { what: 'no rule', rules: [], open: false },
    { what: 'another port', rules: [rule({ port: '443' })], open: false },
    { what: 'another protocol', rules: [rule({ protocol: 'udp' })], open: false },
    { what: 'the other direction', rules: [rule({ direction: 'out' })], open: false },
    { what: 'another source', rules: [rule({ source_ips: ['149.154.160.0/20'] })], open: false },
    { what: 'IPv6 only', rules: [rule({ source_ips: ['::/0'] })], open: false },
  ])('with $what: open $open', async ({ rules, open }) => {
    const { start, boot } = setup({ rules: () => rules })
    start()
    await boot()
    const answered = await Promise.race([
      probe().then(({ status }) => status === 200),
      new Promise((resolve) => setTimeout(resolve, open ? 5_000 : 150, false)),
    ])
    expect(answered).toBe(open)
  })

  it('leaves a dropped connection hanging until its client would have given up', async () => {
    const { clock, start, boot } = setup({ rules: () => [] })
    start()
    await boot()
    const socket = connect(port, ip)
    await new Promise((resolve) => socket.once('connect', resolve))
    socket.write('hello?')
    const closed = new Promise((resolve) => socket.once('close', resolve))
    await vi.waitFor(() => expect(clock.pending).toBe(1), { interval: 5 })
    await clock.advance(126_000)
    expect(socket.closed).toBe(false)
    await clock.advance(1_000)
    await closed
  })

  it('that changes counts for the next connection', async () => {
    let rules: FirewallRule[] = [rule()]
    const { start, boot } = setup({ rules: () => rules })
    start()
    await boot()
    expect((await probe()).status).toBe(200)
    rules = []
    const outcome = await Promise.race([probe(), new Promise((resolve) => setTimeout(resolve, 150, 'hangs'))])
    expect(outcome).toBe('hangs')
  })
})
