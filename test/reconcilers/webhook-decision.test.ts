import { describe, expect, it } from 'vitest'
import { minutes, seconds } from '../../src/clock.ts'
import type { WebhookInfo } from '../../src/providers/telegram/webhook-info.ts'
import type { WebhookSettings } from '../../src/providers/telegram/webhook-settings.ts'
import { decideWebhook, type WebhookWorld } from '../../src/reconcilers/webhook-decision.ts'

const now = Date.parse('2026-01-01T00:05:00Z')
const url = 'https://127.64.0.1:8443/webhook'
const foreign = 'https://bot.example.org/hook'

const settings: WebhookSettings = {
  url,
  certificate: 'PEM',
  ipAddress: '127.64.0.1',
  maxConnections: 40,
  allowedUpdates: undefined,
  secretToken: 'secret',
  dropPendingUpdates: false,
}
const right: WebhookInfo = {
  url,
  hasCustomCertificate: true,
  pendingUpdateCount: 0,
  ipAddress: '127.64.0.1',
  lastErrorAt: undefined,
  lastErrorMessage: undefined,
  lastSynchronizationErrorAt: undefined,
  maxConnections: 40,
  allowedUpdates: undefined,
}
const nothing: WebhookInfo = {
  ...right,
  url: '',
  hasCustomCertificate: false,
  ipAddress: undefined,
  maxConnections: undefined,
}
const theirs: WebhookInfo = { ...right, url: foreign, ipAddress: '192.0.2.7' }
const recorded = { botID: 1, url, settingsHash: 'hash' }
const onlyBot = { botID: 1 }

interface Change extends Partial<Omit<WebhookWorld, 'info' | 'settings'>> {
  info?: Partial<WebhookInfo>
  settings?: Partial<WebhookSettings>
}
const world = ({ info, settings: wanted, ...change }: Change): WebhookWorld => ({
  settingsHash: 'hash',
  recorded,
  takeover: 'Refuse',
  now,
  ...change,
  info: { ...right, ...info },
  settings: { ...settings, ...wanted },
})

interface Row {
  name: string
  given: Change
  want: object
}

const setRows: Row[] = [
  {
    name: 'sets the first one',
    given: { info: nothing, recorded: onlyBot },
    want: { kind: 'set', first: true, repair: false, moved: true, ours: false },
  },
  { name: 'is content with what it set', given: {}, want: { kind: 'registered' } },
  {
    name: 'sets it again when it was removed',
    given: { info: nothing },
    want: { kind: 'set', first: false, repair: true, moved: true, ours: false },
  },
  {
    name: 'sets it again when it was changed',
    given: { info: theirs },
    want: { kind: 'set', first: false, repair: true, moved: true, ours: false },
  },
  {
    name: 'sets it again when only the path was changed',
    given: { info: { url: 'https://127.64.0.1:8443/other' } },
    want: { kind: 'set', first: false, repair: true, moved: true, ours: true },
  },
  {
    name: 'sets a new path, which is no repair',
    given: { info: right, settings: { url: 'https://127.64.0.1:8443/new' } },
    want: { kind: 'set', first: false, repair: false, moved: true, ours: true },
  },
  {
    name: 'sets it again without our certificate',
    given: { info: { hasCustomCertificate: false } },
    want: { kind: 'set', first: false, repair: true, moved: false, ours: true },
  },
  {
    name: 'sets it again when Telegram calls another address',
    given: { info: { ipAddress: '192.0.2.7' } },
    want: { kind: 'set', first: false, repair: true, moved: false, ours: true },
  },
  {
    name: 'sets the number of connections again',
    given: { settings: { maxConnections: 10 } },
    want: { kind: 'set', first: false, repair: true, moved: false, ours: true },
  },
  {
    name: 'sets the updates again',
    given: { settings: { allowedUpdates: ['message'] } },
    want: { kind: 'set', first: false, repair: true, moved: false, ours: true },
  },
  {
    name: 'sets the default updates',
    given: { info: { allowedUpdates: ['message'] } },
    want: { kind: 'set', first: false, repair: true, moved: false, ours: true },
  },
  {
    name: 'takes the same updates in another order for the same',
    given: { info: { allowedUpdates: ['b', 'a'] }, settings: { allowedUpdates: ['a', 'b'] } },
    want: { kind: 'registered' },
  },
  {
    name: 'takes no updates named for the default',
    given: { info: { allowedUpdates: [] } },
    want: { kind: 'registered' },
  },
  {
    name: 'sets what the spec or the keys say now, which is no repair',
    given: { settingsHash: 'new keys' },
    want: { kind: 'set', first: false, repair: false, moved: false, ours: true },
  },
  {
    name: 'sets it when nobody recorded what was set',
    given: { recorded: onlyBot },
    want: { kind: 'set', first: true, repair: false, moved: false, ours: true },
  },
  {
    name: 'sets it when there is no record at all',
    given: { recorded: undefined },
    want: { kind: 'set', first: true, repair: false, moved: false, ours: true },
  },
]

const foreignRows: Row[] = [
  {
    name: 'leaves a foreign one alone at first sight',
    given: { info: theirs, recorded: onlyBot },
    want: { kind: 'foreign' },
  },
  {
    name: 'leaves an unreadable one alone at first sight',
    given: { info: { url: 'not a url' }, recorded: onlyBot },
    want: { kind: 'foreign' },
  },
  {
    name: 'takes a foreign one over when asked to',
    given: { info: theirs, recorded: onlyBot, takeover: 'Take' },
    want: { kind: 'set', first: true, repair: false, moved: true, ours: false },
  },
  {
    name: 'knows one on our address, although nothing is recorded',
    given: { info: { url: 'https://127.64.0.1/x' }, recorded: onlyBot },
    want: { kind: 'set', first: true, repair: false, moved: true, ours: true },
  },
  {
    name: 'does not take our address inside another host for ours',
    given: { info: { url: 'https://127.64.0.1.example.org/' }, recorded: onlyBot },
    want: { kind: 'foreign' },
  },
]

const failing = { lastErrorAt: now - seconds(30), lastErrorMessage: 'Connection refused', pendingUpdateCount: 1 }
const deliveryRows: Row[] = [
  {
    name: 'says that deliveries fail',
    given: { info: failing },
    want: {
      kind: 'failing',
      reason: 'DeliveryFailing',
      message: 'Telegram cannot deliver updates: Connection refused.',
    },
  },
  {
    name: 'says that the certificate is not accepted',
    given: { info: { ...failing, lastErrorMessage: 'SSL error {error:0A000086:certificate verify failed}' } },
    want: { kind: 'failing', reason: 'CertificateRejected' },
  },
  {
    name: 'forgives an error when nothing waits',
    given: { info: { ...failing, pendingUpdateCount: 0 } },
    want: { kind: 'registered' },
  },
  {
    name: 'forgives an old error',
    given: { info: { ...failing, lastErrorAt: now - minutes(3) } },
    want: { kind: 'registered' },
  },
  {
    name: 'does not forgive one that is a little younger',
    given: { info: { ...failing, lastErrorAt: now - minutes(3) + 1 } },
    want: { kind: 'failing' },
  },
  { name: 'does not mind a small backlog', given: { info: { pendingUpdateCount: 999 } }, want: { kind: 'registered' } },
  {
    name: 'minds a large one',
    given: { info: { pendingUpdateCount: 1_000 } },
    want: { kind: 'failing', reason: 'BacklogGrowing' },
  },
  {
    name: 'sets what differs before it judges deliveries',
    given: { info: { ...failing, maxConnections: 1 } },
    want: { kind: 'set' },
  },
]

describe('decideWebhook', () => {
  it.each([...setRows, ...foreignRows, ...deliveryRows])('$name', ({ given, want }) => {
    expect(decideWebhook(world(given))).toMatchObject(want)
  })
})
