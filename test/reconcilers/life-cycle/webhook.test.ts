import { afterEach, describe, expect, it } from 'vitest'
import { minutes, seconds } from '../../../src/clock.ts'
import { applyBot, botToken, key, readyLab, type VirtualLab, virtualLab } from '../../support/virtual-lab.ts'

let lab: VirtualLab
afterEach(async () => expect(await lab.close()).toEqual([]))

const foreign = 'https://192.0.2.7:8443/other'
const everyMinute = { resyncInterval: '1m' }
const ours = () => `https://${lab.ip()?.ip}:8443/webhook`
const sets = () => lab.calls('telegram')['POST /setWebhook'] ?? 0
const telegram = (webhook: object) => ({
  telegram: { tokenSecretRef: { name: 'bot' }, webhook: { port: 8443, ...webhook } },
})

describe('a webhook that others change', () => {
  it('is set again', async () => {
    lab = await readyLab({ spec: everyMinute })
    await lab.stealWebhook(foreign)
    await lab.until('our webhook', () => lab.webhook() === ours(), seconds(70))
    await lab.untilReady()
    expect(sets()).toBe(2)
  })

  it('is set again when it was removed', async () => {
    lab = await readyLab({ spec: everyMinute })
    await lab.stealWebhook('')
    await lab.until('our webhook', () => lab.webhook() === ours(), seconds(70))
  })

  it('is set again at most 3 times in 10 minutes, then left and told', async () => {
    lab = await readyLab({ spec: everyMinute })
    for (let round = 0; round < 3; round++) {
      await lab.stealWebhook(foreign)
      await lab.until('our webhook', () => lab.webhook() === ours(), seconds(70))
    }
    await lab.stealWebhook(foreign)
    await lab.advance(minutes(2))
    expect(lab.told('WebhookReady')).toBe('False WebhookRemoved')
    expect(lab.told('Stalled')).toBe('True WebhookRemoved')
    expect(lab.condition('WebhookReady')?.message).toContain('192.0.2.7:8443')
    expect(lab.condition('WebhookReady')?.message).not.toContain('/other')
    expect([lab.webhook(), sets()]).toEqual([foreign, 4])
  })

  it('is set again on request, once the ten minutes are over', async () => {
    lab = await readyLab({ spec: everyMinute })
    for (let round = 0; round < 4; round++) {
      await lab.stealWebhook(foreign)
      await lab.advance(seconds(70))
    }
    expect(lab.told('Stalled')).toBe('True WebhookRemoved')
    await lab.advance(minutes(12))
    await lab.untilReady()
    expect(lab.webhook()).toBe(ours())
  })

  it('is set at once when the spec changes, which is no repair', async () => {
    lab = await readyLab({ spec: everyMinute })
    for (let round = 0; round < 4; round++) {
      await lab.stealWebhook(foreign)
      await lab.advance(seconds(70))
    }
    expect(lab.told('Stalled')).toBe('True WebhookRemoved')
    applyBot(lab, { ...everyMinute, ...telegram({ maxConnections: 7 }) })
    await lab.until('our webhook', () => lab.webhook() === ours(), seconds(2))
  })

  it('costs no write while it is not set again', async () => {
    lab = await readyLab({ spec: everyMinute })
    for (let round = 0; round < 4; round++) {
      await lab.stealWebhook(foreign)
      await lab.advance(seconds(70))
    }
    const writes = lab.cluster.writes.length
    await lab.advance(minutes(4))
    expect(lab.cluster.writes.slice(writes)).toEqual([])
  })

  it('keeps waiting updates when it is set again', async () => {
    lab = await readyLab({ spec: { ...everyMinute, ...telegram({ dropPendingUpdates: 'OnFirstSet' }) } })
    await lab.stealWebhook(foreign)
    lab.telegram.simulator.say(lab.telegram.simulator.registry.open(botToken, 'getme'), { text: 'kept', chatID: 1 })
    await lab.advance(minutes(3))
    expect(lab.machines.answered).toEqual([expect.stringContaining('kept')])
  })
})

describe('a webhook that is not ours at first sight', () => {
  it('is left alone', async () => {
    lab = await virtualLab()
    await lab.stealWebhook(foreign)
    applyBot(lab)
    await lab.until('that it is foreign', () => lab.told('WebhookReady') === 'False ForeignWebhook')
    await lab.advance(minutes(5))
    expect([lab.webhook(), sets()]).toEqual([foreign, 0])
    expect(lab.told('Stalled')).toBe('True ForeignWebhook')
  })

  it('is ours once the other one is gone', async () => {
    lab = await virtualLab()
    await lab.stealWebhook(foreign)
    applyBot(lab)
    await lab.until('that it is foreign', () => lab.told('WebhookReady') === 'False ForeignWebhook')
    await lab.stealWebhook('')
    expect(await lab.untilReady()).toBeLessThan(seconds(35))
  })

  it('is taken over when the spec says so, and waiting updates are dropped when it says that', async () => {
    lab = await virtualLab()
    await lab.stealWebhook(foreign)
    const bot = lab.telegram.simulator.registry.open(botToken, 'getme')
    lab.telegram.simulator.say(bot, { text: 'for somebody else', chatID: 1 })
    applyBot(lab, telegram({ takeover: 'Take', dropPendingUpdates: 'OnFirstSet' }))
    await lab.untilReady()
    await lab.advance(minutes(3))
    expect([lab.webhook(), lab.machines.answered]).toEqual([ours(), []])
  })

  it('is taken over as soon as the spec says so', async () => {
    lab = await virtualLab()
    await lab.stealWebhook(foreign)
    applyBot(lab)
    await lab.until('that it is foreign', () => lab.told('WebhookReady') === 'False ForeignWebhook')
    applyBot(lab, telegram({ takeover: 'Take' }))
    expect(await lab.untilReady()).toBeLessThan(seconds(2))
  })
})

describe('settings of the webhook', () => {
  it('are changed by one call while the bot serves', async () => {
    lab = await readyLab()
    applyBot(lab, telegram({ maxConnections: 7, allowedUpdates: ['message', 'callback_query'] }))
    await lab.advance(seconds(5))
    const bot = lab.telegram.simulator.registry.get(123456789)
    expect(bot?.webhook?.maxConnections).toBe(7)
    expect(bot?.allowedUpdates).toEqual(['message', 'callback_query'])
    expect([lab.told('Ready'), sets()]).toEqual(['True Available', 2])
  })

  it('count as no repair, however often they change', async () => {
    lab = await readyLab()
    for (let round = 1; round <= 5; round++) {
      applyBot(lab, telegram({ maxConnections: round }))
      await lab.advance(seconds(30))
    }
    expect(lab.told('Ready')).toBe('True Available')
    expect(sets()).toBe(6)
  })
})

describe('one change of many things', () => {
  it('reaches the webhook although the server is changed first', async () => {
    lab = await readyLab({ spec: { resyncInterval: '24h' } })
    const server = { types: ['cx23'], labels: { team: 'a' } }
    applyBot(lab, { resyncInterval: '24h', server, ...telegram({ maxConnections: 7 }) })
    await lab.advance(minutes(1))
    expect(lab.server()?.labels['team']).toBe('a')
    expect(lab.telegram.simulator.registry.get(123456789)?.webhook?.maxConnections).toBe(7)
  })
})

describe('deliveries that fail', () => {
  it('are told, with the reason that Telegram gives, and forgotten when they succeed', async () => {
    lab = await readyLab({ spec: everyMinute })
    const bot = lab.telegram.simulator.registry.open(botToken, 'getme')
    const post = lab.machines.post
    bot.lastError = { date: Math.floor(lab.time.clock.now() / 1_000), message: 'Connection refused' }
    bot.queue.push({ id: 1, type: 'message', chatID: 1, payload: {}, expiresAt: Number.MAX_SAFE_INTEGER })
    await lab.until('that it is told', () => lab.told('WebhookReady') === 'False DeliveryFailing', seconds(70))
    expect(lab.condition('WebhookReady')?.message).toContain('Connection refused')
    bot.queue = []
    expect(await lab.untilReady()).toBeLessThan(seconds(35))
    expect(post).toBeDefined()
  })

  it('ask nothing of the server: no repair, no write outside', async () => {
    lab = await readyLab({ spec: everyMinute })
    lab.hcloud.requests.reset()
    const bot = lab.telegram.simulator.registry.open(botToken, 'getme')
    for (let id = 1; id <= 1_500; id++)
      bot.queue.push({ id, type: 'message', chatID: id, payload: {}, expiresAt: Number.MAX_SAFE_INTEGER })
    await lab.until('that it is told', () => lab.told('WebhookReady') === 'False BacklogGrowing', seconds(70))
    expect(lab.status().telegram?.backlog).toBe(1_000)
    await lab.advance(minutes(3))
    expect(Object.keys(lab.calls()).filter((call) => !call.startsWith('GET'))).toEqual([])
    expect(sets()).toBe(1)
  })
})

describe('two Projects with one bot', () => {
  const other = 'shop/younger'
  const spec = () => ({ ...lab.project()?.spec })

  it('are kept apart: the older one serves, the other says so without a word about it', async () => {
    lab = await readyLab()
    lab.cluster.apply({ name: 'younger', spec: spec() })
    await lab.advance(seconds(30))
    expect(lab.told('CredentialsReady', other)).toBe('False BotConflict')
    expect(lab.condition('CredentialsReady', other)?.message).not.toContain('echo')
    expect(lab.project(other)?.metadata.finalizers ?? []).toEqual([])
    expect(lab.account().servers).toHaveLength(1)
    expect(lab.told('Ready')).toBe('True Available')
  })

  it('change places when the older one goes', async () => {
    lab = await readyLab()
    lab.cluster.apply({ name: 'younger', spec: spec() })
    await lab.advance(seconds(30))
    lab.cluster.delete(key)
    await lab.until('the end of the older', () => lab.project() === undefined, minutes(2))
    await lab.untilReady(other)
    expect(lab.account().servers).toHaveLength(1)
  })

  it('are told apart the same way by a new process', async () => {
    lab = await readyLab()
    lab.cluster.apply({ name: 'younger', spec: spec() })
    await lab.advance(seconds(30))
    await lab.restart()
    await lab.advance(minutes(2))
    expect([lab.told('Ready'), lab.told('CredentialsReady', other)]).toEqual(['True Available', 'False BotConflict'])
    expect(sets()).toBe(1)
  })

  it('of which one only pretends: a wrong token blocks nobody', async () => {
    lab = await virtualLab()
    lab.telegram.simulator.registry.open(botToken, 'getme')
    lab.cluster.putSecret('pretender', { token: `123456789:${'x'.repeat(35)}` })
    lab.cluster.apply({ name: 'younger', spec: { ...botOf('pretender') } })
    await lab.advance(seconds(5))
    applyBot(lab)
    await lab.untilReady()
    expect(lab.told('CredentialsReady', other)).toBe('False TokenRejected')
  })
})

function botOf(secret: string) {
  return {
    hetzner: { tokenSecretRef: { name: 'hetzner' } },
    server: { types: ['cx23'] },
    workload: { cloudInit: { inline: '#cloud-config\n' } },
    telegram: { tokenSecretRef: { name: secret }, webhook: { port: 8443 } },
  }
}
