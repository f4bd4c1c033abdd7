// The whole outside world on one clock: a server ordered at Hetzner boots, serves, and Telegram's message comes back.

import { afterEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../simulators/kit/clock.ts'
import { createWorld, type WorldOptions } from '../../simulators/world.ts'
import { createAuthority } from './certificates.ts'
import { contractFiles, serverUserData } from './vps/user-data.ts'

const hetznerToken = 'h'.repeat(64)
const botToken = `123456789:${'A'.repeat(35)}`

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

function setup(options: Partial<WorldOptions> = {}) {
  const world = createWorld({ clock: systemClock({ speed: 100 }), ...options })
  closers.push(world.stop)
  async function hetzner<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await world.hcloud.fetch(
      new Request(`http://localhost/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${hetznerToken}`, 'content-type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
    )
    const answer = (await response.json()) as T
    expect(response.ok, JSON.stringify(answer)).toBe(true)
    return answer
  }
  const telegram = async (path: string, init?: RequestInit) =>
    (await world.telegram.fetch(new Request(`http://localhost${path}`, init))).json() as Promise<
      Record<string, unknown>
    >
  const post = (path: string, body: unknown) => telegram(path, { method: 'POST', body: JSON.stringify(body) })
  return { world, hetzner, telegram, post }
}

async function order(hetzner: ReturnType<typeof setup>['hetzner']) {
  const { primary_ip } = await hetzner<{ primary_ip: { id: number; ip: string } }>('POST', '/primary_ips', {
    ...{ name: 'ip', type: 'ipv4', assignee_type: 'server', location: 'nbg1', auto_delete: false },
  })
  const authority = await createAuthority()
  const leaf = await authority.issue({ commonName: primary_ip.ip, ips: [primary_ip.ip] })
  const { server } = await hetzner<{ server: { id: number } }>('POST', '/servers', {
    ...{ name: 'echo', server_type: 'cx23', image: 'debian-13', location: 'nbg1' },
    user_data: serverUserData(contractFiles(leaf)),
    public_net: { ipv4: primary_ip.id, enable_ipv4: true, enable_ipv6: false },
  })
  return { ip: primary_ip.ip, serverID: server.id, authority }
}

describe('the world', () => {
  it('takes a server from its order to the answer of its bot, and to nothing', async () => {
    const { world, hetzner, telegram, post } = setup()
    const { ip, serverID, authority } = await order(hetzner)
    const phase = () => world.machines.state().machines[0]?.phase
    await vi.waitFor(() => expect(phase()).toBe('serving'), { timeout: 5_000 })

    const form = new FormData()
    const webhook = { url: `https://${ip}:8443/webhook`, ip_address: ip, secret_token: 'sesame' }
    for (const [name, value] of Object.entries(webhook)) form.set(name, value)
    form.set('certificate', new Blob([authority.certificate]), 'ca.pem')
    expect(await telegram(`/bot${botToken}/setWebhook`, { method: 'POST', body: form })).toMatchObject({ ok: true })
    const message = await post('/_simulator/messages', { bot: 123456789, text: 'hello', waitSeconds: 50 })
    expect(message).toEqual({ updateID: 100000001, answer: expect.objectContaining({ text: 'echo: hello' }) })
    expect(await telegram('/_simulator/answers?bot=123456789&update=100000001')).toMatchObject({
      answers: [{ text: 'echo: hello' }],
    })

    const state = JSON.stringify(world.state())
    expect(state).toContain(ip)
    expect(state).not.toMatch(/sesame|PRIVATE KEY|hhhhhhhh|AAAAAAAA/)

    await hetzner('DELETE', `/servers/${serverID}`)
    await vi.waitFor(() => expect(world.state().machines.machines).toEqual([]), { timeout: 5_000 })
    const lost = await post('/_simulator/messages', { bot: 123456789, text: 'anyone?', waitSeconds: 5 })
    expect(lost['answer']).toBeNull()
    expect(await telegram(`/bot${botToken}/getWebhookInfo`)).toMatchObject({
      result: { pending_update_count: 1, last_error_message: 'Connection refused' },
    })
  })

  it('counts requests on both ports without their secrets', async () => {
    const { world, hetzner, telegram } = setup()
    await hetzner('GET', '/servers?per_page=50')
    await telegram(`/bot${botToken}/getMe`)
    expect(world.hcloud.requests.counts()).toEqual([{ method: 'GET', path: '/servers', status: 200, count: 1 }])
    expect(world.hcloud.requests.log()).toMatchObject([{ target: '/servers?per_page=50' }])
    expect(world.telegram.requests.counts()).toEqual([{ method: 'GET', path: '/bot/getme', status: 200, count: 1 }])
    expect(JSON.stringify(world.telegram.requests.log())).not.toContain('AAAA')
  })

  it('refuses loopback webhooks when the lab switch is off', async () => {
    const { post } = setup({ telegram: { allowReserved: false } })
    const answer = await post(`/bot${botToken}/setWebhook?url=https://127.64.0.1/`, {})
    expect(answer['description']).toBe('Bad Request: bad webhook: IP address 127.64.0.1 is reserved')
  })

  it('leaves no request of a stopped world waiting', async () => {
    const { world, hetzner } = setup()
    await order(hetzner)
    world.stop()
    expect(world.machines.state().machines.every(({ phase }) => phase === 'off')).toBe(true)
  })
})

describe('what a person may do to Telegram', () => {
  it('is to change and remove a webhook by hand', async () => {
    const { telegram } = setup()
    await telegram(`/bot${botToken}/setWebhook?url=https://127.64.1.1:8443/webhook`)
    const change = (method: string, body?: unknown) =>
      telegram('/_simulator/bots/123456789/webhook', {
        method,
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
    const url = async () => ((await telegram(`/bot${botToken}/getWebhookInfo`))['result'] as { url: string }).url
    expect(await change('PUT', { url: 'https://127.64.9.9:8443/theirs', max_connections: 3 })).toEqual({})
    expect(await url()).toBe('https://127.64.9.9:8443/theirs')
    expect(await change('PUT', { url: 'https://127.64.9.9:1/' })).toMatchObject({
      error: expect.stringContaining('ports'),
    })
    expect(await url()).toBe('')
    await change('PUT', { url: 'https://127.64.9.9:8443/theirs' })
    expect(await change('DELETE')).toEqual({})
    expect(await url()).toBe('')
  })

  it('is to issue and revoke tokens', async () => {
    const { telegram, post } = setup()
    expect(await post('/_simulator/bots', { token: botToken })).toEqual({
      id: 123456789,
      username: 'bot_123456789_bot',
    })
    await post('/_simulator/bots/123456789/revoke', {})
    expect(await telegram(`/bot${botToken}/getMe`)).toMatchObject({ error_code: 401 })
    await post('/_simulator/bots', { token: botToken })
    expect(await telegram(`/bot${botToken}/getMe`)).toMatchObject({ ok: true })
  })

  it.each([
    ['/_simulator/messages', { bot: 999999, text: 'hi' }, /No bot has the id 999999/],
    ['/_simulator/messages', { bot: 999999 }, /text must be/],
    ['/_simulator/bots', { token: 'x' }, /Cannot issue token/],
    ['/_simulator/bots/7/revoke', {}, /No bot has the id 7/],
    ['/_simulator/messages', null, /must be a JSON object/],
  ])('is refused with a reason when it makes no sense: %s %j', async (path, body, text) => {
    expect((await setup().post(path, body))['error']).toMatch(text)
  })
})
