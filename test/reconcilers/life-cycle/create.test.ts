import { afterEach, describe, expect, it } from 'vitest'
import { hours, minutes, seconds } from '../../../src/clock.ts'
import {
  applyBot,
  botToken,
  hetznerToken,
  key,
  readyLab,
  type VirtualLab,
  virtualLab,
} from '../../support/virtual-lab.ts'

let lab: VirtualLab
afterEach(async () => expect(await lab.close()).toEqual([]))

const sum = (calls: Record<string, number>) => Object.values(calls).reduce((total, count) => total + count, 0)
const reads = (calls: Record<string, number>) =>
  Object.fromEntries(Object.entries(calls).filter(([call]) => call.startsWith('GET ')))

describe('a new Project', () => {
  it('is told what comes before anybody is asked', async () => {
    lab = await virtualLab()
    applyBot(lab)
    lab.hcloud.faults.add({ route: 'ANY *', kind: 'held' })
    lab.telegram.faults.add({ route: 'ANY *', kind: 'held' })
    await lab.advance(100)
    expect(lab.status().summary).toBe('Checking the credentials.')
    expect(lab.told('Ready')).toBe('Unknown Unchecked')
    expect(lab.told('Reconciling')).toBe('True Creating')
  })

  it('is Ready a second or two after its server could first answer, for few calls', async ({ annotate }) => {
    lab = await virtualLab()
    applyBot(lab)
    const took = await lab.untilReady()
    const [hetzner, telegram] = [lab.calls(), lab.calls('telegram')]
    const spent = `${sum(hetzner)} calls of Hetzner, ${sum(telegram)} of Telegram, ${lab.cluster.writes.length} writes to the cluster, ${took} ms`
    await annotate(spent)
    // Create 3 s, start 7 s, boot 15 s; what goes beyond is ours.
    expect(took).toBeLessThan(seconds(25 + 3))
    expect(sum(hetzner), JSON.stringify(hetzner)).toBeLessThanOrEqual(50)
    expect(sum(telegram), JSON.stringify(telegram)).toBeLessThanOrEqual(5)
    expect(lab.cluster.writes.length).toBeLessThanOrEqual(18)
  })

  it('owns one of each, and says which', async () => {
    lab = await readyLab()
    const { servers, primaryIPs, sshKeys, firewalls } = lab.account()
    expect([servers.length, sshKeys.length, firewalls.length]).toEqual([1, 1, 1])
    expect(primaryIPs.filter(({ type }) => type === 'ipv4')).toHaveLength(1)
    const ip = lab.ip()
    expect(lab.status()).toMatchObject({
      observedGeneration: 1,
      summary: `@bot_123456789_bot answers at ${ip?.ip}.`,
      address: { id: ip?.id, ipv4: ip?.ip, location: 'nbg1' },
      server: { id: lab.server()?.id, name: lab.server()?.name, type: 'cx23', location: 'nbg1', state: 'running' },
      telegram: { botID: 123456789, url: `https://${ip?.ip}:8443/webhook`, backlog: 0 },
      cost: { currency: 'EUR', monthlyNet: '5.99' },
      account: { markerID: firewalls[0]?.id },
    })
    expect(ip?.labels['botyard.dev/served']).toBe('true')
    expect(ip?.autoDelete).toBe(false)
    expect(lab.told('InSync')).toBe('True UpToDate')
    expect(lab.told('Reconciling')).toBeUndefined()
  })

  it('knows what its server was created with, though the answer to its creation was lost', async () => {
    lab = await virtualLab()
    lab.hcloud.faults.add({ route: 'POST /servers', kind: 'after', times: 1 })
    applyBot(lab)
    await lab.untilReady()
    expect(lab.calls()['POST /servers']).toBe(1)
    expect(lab.told('InSync')).toBe('True UpToDate')
  })

  it('forgets the operation once the server runs', async () => {
    lab = await readyLab()
    expect(lab.status()).not.toHaveProperty('operation')
  })

  it('carries its tokens to the server and into escrow, and nowhere else', async () => {
    lab = await readyLab()
    expect(lab.machines.file(lab.ip()?.ip ?? '', '/etc/botyard/bot.env')).toContain(botToken)
    const escrow = lab.cluster.secret(`botyard-${lab.project()?.metadata.uid}`, 'botyard-system')
    expect(escrow?.data).toMatchObject({ 'hetzner-token': hetznerToken, 'telegram-token': botToken })
    expect(JSON.stringify(lab.cluster.secret('echo-botyard'))).not.toContain(botToken)
  })

  it('answers messages', async () => {
    lab = await readyLab()
    const bot = lab.telegram.simulator.registry.open(botToken, 'getme')
    lab.telegram.simulator.say(bot, { text: 'hello', chatID: 1 })
    await lab.advance(seconds(2))
    expect(lab.machines.answered).toEqual([expect.stringContaining('hello')])
  })

  it('becomes Ready without a bot', async () => {
    lab = await virtualLab()
    applyBot(lab, { telegram: undefined })
    await lab.untilReady()
    expect(lab.told('WebhookReady')).toBe('True NotRequested')
    expect(lab.calls('telegram')).toEqual({})
    expect(lab.status().summary).toBe(`Serving at ${lab.ip()?.ip}.`)
  })

  it('goes on where it stood when the status could not be written', async () => {
    lab = await virtualLab()
    applyBot(lab)
    await lab.advance(100)
    lab.cluster.conflicts = 3
    await lab.untilReady()
    expect(lab.account().servers).toHaveLength(1)
  })
})

describe('a view that lags behind', () => {
  it('costs two looks a second, not as many as fit', async () => {
    lab = await readyLab()
    lab.cluster.conflicts = Number.MAX_SAFE_INTEGER
    lab.hcloud.control.deleteServer(lab.server()?.id as number)
    await lab.until('the first conflict', () => lab.cluster.conflicts < Number.MAX_SAFE_INTEGER, seconds(35))
    const [passes, conflicts] = [lab.operator.passes, lab.cluster.conflicts]
    await lab.advance(seconds(10))
    expect(conflicts - lab.cluster.conflicts).toBeGreaterThan(5)
    expect(lab.operator.passes - passes).toBeLessThanOrEqual(30)
    lab.cluster.conflicts = 0
    await lab.untilReady()
    expect(lab.account().servers).toHaveLength(1)
  })
})

describe('a steady Project', () => {
  it('costs no write for an hour, and at Hetzner only sweeps', async () => {
    lab = await readyLab({ spec: { resyncInterval: '1m' } })
    await lab.advance(seconds(30))
    lab.hcloud.requests.reset()
    const writes = lab.cluster.writes.length
    await lab.advance(hours(1))
    expect(lab.cluster.writes.slice(writes)).toEqual([])
    const { 'GET /servers': servers = 0, 'GET /primary_ips': ips = 0, ...others } = lab.calls()
    expect(others).toEqual({})
    expect(servers).toBeLessThanOrEqual(121)
    expect(ips).toBeLessThanOrEqual(13)
    expect(lab.told('Ready')).toBe('True Available')
  })

  it('costs no write while messages flow', async () => {
    lab = await readyLab({ spec: { resyncInterval: '1m' } })
    await lab.advance(seconds(30))
    const writes = lab.cluster.writes.length
    const bot = lab.telegram.simulator.registry.open(botToken, 'getme')
    for (let second = 0; second < 120; second++) {
      lab.telegram.simulator.say(bot, { text: `message ${second}`, chatID: second % 3 })
      await lab.advance(seconds(1))
    }
    expect(lab.cluster.writes.slice(writes)).toEqual([])
    expect(lab.machines.answered).toHaveLength(120)
  })

  it('looks at its webhook once a resync interval', async () => {
    lab = await readyLab({ spec: { resyncInterval: '5m' } })
    lab.telegram.requests.reset()
    await lab.advance(hours(1))
    const looks = lab.calls('telegram')['POST /getWebhookInfo'] ?? 0
    expect(looks).toBeGreaterThanOrEqual(10)
    expect(looks).toBeLessThanOrEqual(14)
  })

  it('is looked at in full when somebody asks, and says so', async () => {
    lab = await readyLab({ spec: { resyncInterval: '1h' } })
    lab.telegram.requests.reset()
    lab.cluster.annotate(key, { 'botyard.dev/reconcile-requested-at': 'now' })
    await lab.advance(seconds(1))
    expect(lab.calls('telegram')).toMatchObject({ 'POST /getWebhookInfo': 1 })
    expect(lab.status().lastHandledReconcileAt).toBe('now')
    await lab.advance(minutes(5))
    expect(lab.calls('telegram')['POST /getWebhookInfo']).toBe(1)
  })

  it('survives a new process without a write to the outside', async () => {
    lab = await readyLab()
    lab.hcloud.requests.reset()
    await lab.restart()
    await lab.advance(minutes(2))
    expect(lab.calls()).toEqual(reads(lab.calls()))
    expect(lab.told('Ready')).toBe('True Available')
    expect(lab.calls('telegram')['POST /setWebhook']).toBe(1)
  })
})
