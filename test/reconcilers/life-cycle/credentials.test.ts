import { afterEach, describe, expect, it } from 'vitest'
import { minutes, seconds } from '../../../src/clock.ts'
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

const effects = () => Object.keys(lab.calls()).filter((call) => !call.startsWith('GET'))
const otherToken = 'o'.repeat(64)
const wrongBot = `123456789:${'x'.repeat(35)}`

interface Row {
  name: string
  breaks: () => void
  reason: string
  says: string
}

const rows: Row[] = [
  {
    name: 'the Hetzner Secret is missing',
    breaks: () => lab.cluster.dropSecret('hetzner'),
    reason: 'SecretMissing',
    says: 'kubectl create secret generic hetzner',
  },
  {
    name: 'the bot Secret is missing',
    breaks: () => lab.cluster.dropSecret('bot'),
    reason: 'SecretMissing',
    says: 'kubectl create secret generic bot',
  },
  {
    name: 'the key is missing',
    breaks: () => lab.cluster.putSecret('hetzner', { other: hetznerToken }),
    reason: 'SecretKeyMissing',
    says: "no key 'token'",
  },
  {
    name: 'the key is empty',
    breaks: () => lab.cluster.putSecret('hetzner', { token: ' \n' }),
    reason: 'SecretKeyMissing',
    says: 'empty',
  },
  {
    name: 'Secrets may not be read',
    breaks: () => lab.cluster.denied.add('shop'),
    reason: 'SecretAccessDenied',
    says: 'kubectl create rolebinding',
  },
  {
    name: 'the Hetzner token was cut',
    breaks: () => lab.cluster.putSecret('hetzner', { token: hetznerToken.slice(1) }),
    reason: 'TokenMalformed',
    says: 'has 63 characters',
  },
  {
    name: 'the bot token is none',
    breaks: () => lab.cluster.putSecret('bot', { token: 'nonsense' }),
    reason: 'TokenMalformed',
    says: '@BotFather',
  },
  {
    name: 'the bot token was revoked',
    breaks: () => lab.cluster.putSecret('bot', { token: wrongBot }),
    reason: 'TokenRejected',
    says: 'Telegram rejects',
  },
]

describe('credentials that do not work', () => {
  it.each(rows)('are told and mended within 35 s: $name', async ({ breaks, reason, says }) => {
    lab = await virtualLab()
    lab.telegram.simulator.registry.open(botToken, 'getme')
    breaks()
    applyBot(lab)
    await lab.advance(seconds(1))
    expect(lab.told('CredentialsReady')).toBe(`False ${reason}`)
    expect(lab.condition('CredentialsReady')?.message).toContain(says)
    expect(effects()).toEqual([])
    expect(lab.project()?.metadata.finalizers ?? []).toEqual([])
    await lab.advance(minutes(3))
    expect(lab.told('Stalled')).toBe(`True ${reason}`)
    lab.cluster.denied.clear()
    lab.cluster.putSecret('hetzner', { token: `${hetznerToken}\n` })
    lab.cluster.putSecret('bot', { token: `${botToken}\n` })
    const mended = await lab.until(
      'that they work',
      () => lab.told('CredentialsReady') === 'True Verified',
      seconds(35),
    )
    expect(mended).toBeLessThan(seconds(35))
    await lab.untilReady()
  })

  it('are waited for at first: in GitOps a Secret may be on its way', async () => {
    lab = await virtualLab()
    lab.cluster.dropSecret('hetzner')
    applyBot(lab)
    await lab.advance(seconds(90))
    expect([lab.told('Reconciling'), lab.told('Stalled')]).toEqual(['True WaitingForSecret', undefined])
    await lab.advance(seconds(65))
    expect([lab.told('Reconciling'), lab.told('Stalled')]).toEqual([undefined, 'True SecretMissing'])
  })

  it('are looked at within 2 s when somebody asks', async () => {
    lab = await virtualLab()
    lab.cluster.dropSecret('hetzner')
    applyBot(lab)
    await lab.advance(minutes(3))
    lab.cluster.putSecret('hetzner', { token: hetznerToken })
    lab.cluster.annotate(key, { 'botyard.dev/reconcile-requested-at': 'now' })
    await lab.until('that they work', () => lab.told('CredentialsReady') === 'True Verified', seconds(2))
  })

  it('cost no write while nothing changes', async () => {
    lab = await virtualLab()
    lab.cluster.dropSecret('hetzner')
    applyBot(lab)
    await lab.advance(minutes(3))
    const writes = lab.cluster.writes.length
    await lab.advance(minutes(30))
    expect(lab.cluster.writes.slice(writes)).toEqual([])
  })
})

describe("Hetzner's token", () => {
  it('that was revoked is told, and nothing of a Ready Project is lost', async () => {
    lab = await readyLab()
    lab.hcloud.control.revokeToken(hetznerToken)
    await lab.until('that it is rejected', () => lab.told('CredentialsReady') === 'False TokenRejected', minutes(2))
    await lab.advance(minutes(5))
    lab.hcloud.control.addToken({ of: hetznerToken, token: otherToken })
    lab.cluster.putSecret('hetzner', { token: otherToken })
    expect(await lab.untilReady()).toBeLessThan(seconds(40))
    expect(lab.account().servers).toHaveLength(1)
  })

  it('that may only read is told after its first refused write', async () => {
    lab = await virtualLab()
    const readOnly = `readonly${'r'.repeat(56)}`
    lab.cluster.putSecret('hetzner', { token: readOnly })
    applyBot(lab)
    await lab.advance(seconds(10))
    expect(lab.told('CredentialsReady')).toBe('False TokenReadOnly')
    expect(lab.told('Stalled')).toBe('True TokenReadOnly')
    lab.cluster.putSecret('hetzner', { token: hetznerToken })
    await lab.until('Ready', () => lab.told('Ready') === 'True Available', minutes(2))
  })

  it('may be swapped for another one of the same Hetzner project without a word', async () => {
    lab = await readyLab()
    lab.hcloud.control.addToken({ of: hetznerToken, token: otherToken })
    lab.cluster.putSecret('hetzner', { token: otherToken })
    await lab.advance(minutes(2))
    lab.hcloud.control.revokeToken(hetznerToken)
    const readies = new Set<string | undefined>()
    lab.cluster.onStatus = () => readies.add(lab.told('Ready'))
    await lab.advance(minutes(10))
    expect([...readies].filter((each) => each !== 'True Available')).toEqual([])
    const escrow = lab.cluster.secret(`botyard-${lab.project()?.metadata.uid}`, 'botyard-system')
    expect(escrow?.data['hetzner-token']).toBe(otherToken)
  })

  it('of another Hetzner project is refused: nothing is created there, nothing is given up here', async () => {
    lab = await readyLab()
    lab.cluster.putSecret('hetzner', { token: otherToken })
    await lab.until('that it is another', () => lab.told('CredentialsReady') === 'False AccountChanged', minutes(2))
    await lab.advance(minutes(5))
    const [ours, theirs] = lab.hcloud.control.state().projects
    expect(ours?.servers).toHaveLength(1)
    expect(theirs).toMatchObject({ servers: [], primaryIPs: [], firewalls: [] })
    const escrow = lab.cluster.secret(`botyard-${lab.project()?.metadata.uid}`, 'botyard-system')
    expect(escrow?.data['hetzner-token']).toBe(hetznerToken)
    lab.cluster.putSecret('hetzner', { token: hetznerToken })
    expect(await lab.untilReady()).toBeLessThan(seconds(40))
  })
})

describe('a Project that lived before', () => {
  /** The object is deleted without its finalizer and applied again. */
  async function reborn(annotations?: Record<string, string>) {
    lab = await readyLab()
    const before = { uid: lab.project()?.metadata.uid ?? '', server: lab.server()?.id, ip: lab.ip()?.ip }
    lab.cluster.dropFinalizers(key)
    lab.cluster.delete(key)
    await lab.advance(seconds(1))
    lab.hcloud.requests.reset()
    applyBot(lab, {}, annotations)
    return before
  }

  it('is told of what it left, and nothing is made twice', async () => {
    const { uid } = await reborn()
    await lab.until('that it is told', () => lab.told('CredentialsReady') === 'False PreviousIncarnation', seconds(5))
    expect(lab.condition('CredentialsReady')?.message).toContain(`botyard.dev/adopt=${uid}`)
    await lab.advance(minutes(5))
    expect(effects()).toEqual([])
    expect(lab.project()?.metadata.finalizers ?? []).toEqual([])
  })

  it('keeps its address when it adopts', async () => {
    const before = await reborn()
    await lab.advance(seconds(10))
    lab.cluster.annotate(key, { 'botyard.dev/adopt': before.uid })
    await lab.untilReady()
    expect(lab.ip()?.ip).toBe(before.ip)
    expect(lab.server()?.id).not.toBe(before.server)
    expect([lab.account().servers.length, lab.account().sshKeys.length]).toEqual([1, 1])
    expect(lab.ip()?.labels['botyard.dev/uid']).toBe(lab.project()?.metadata.uid)
    expect(lab.cluster.secret(`botyard-${before.uid}`, 'botyard-system')).toBeUndefined()
  })

  it('begins anew beside it when it ignores', async () => {
    const before = await reborn({ 'botyard.dev/adopt': 'ignore' })
    await lab.until('two servers', () => lab.account().servers.length === 2, minutes(1))
    await lab.advance(minutes(1))
    expect(lab.account().servers.map(({ id }) => id)).toContain(before.server)
    // Its webhook points at the other address: that is somebody else's until the spec says otherwise.
    expect(lab.told('WebhookReady')).toBe('False ForeignWebhook')
  })

  it('goes without touching what an earlier one left', async () => {
    const before = await reborn()
    await lab.advance(seconds(10))
    lab.cluster.delete(key)
    await lab.until('its end', () => lab.project() === undefined, seconds(5))
    expect(lab.account().servers.map(({ id }) => id)).toEqual([before.server])
  })
})
