import { afterEach, describe, expect, it } from 'vitest'
import { minutes, seconds } from '../../../src/clock.ts'
import { applyBot, key, readyLab, type VirtualLab, virtualLab } from '../../support/virtual-lab.ts'

let lab: VirtualLab
afterEach(async () => expect(await lab.close()).toEqual([]))

const effects = () => Object.keys(lab.calls()).filter((call) => !call.startsWith('GET'))
const suspended = { suspend: true, resyncInterval: '1m' }
const awake = { resyncInterval: '1m' }

describe('a suspended Project', () => {
  it('that is new makes nothing and says why', async () => {
    lab = await virtualLab()
    applyBot(lab, suspended)
    await lab.advance(minutes(10))
    expect(effects()).toEqual([])
    expect(lab.condition('AddressReady')?.message).toContain('spec.suspend')
    expect(lab.told('InSync')).toBe('Unknown Suspended')
    applyBot(lab, awake)
    await lab.untilReady()
  })

  it('that serves stays Ready', async () => {
    lab = await readyLab({ spec: awake })
    applyBot(lab, suspended)
    await lab.advance(minutes(5))
    expect([lab.told('Ready'), lab.told('InSync')]).toEqual(['True Available', 'Unknown Suspended'])
    expect(lab.status().observedGeneration).toBe(2)
  })

  it('repairs nothing, but reports go on; once resumed everything is repaired', async () => {
    lab = await readyLab({ spec: awake })
    applyBot(lab, suspended)
    await lab.advance(seconds(5))
    lab.hcloud.requests.reset()
    const sets = lab.calls('telegram')['POST /setWebhook']
    lab.hcloud.control.deleteServer(lab.server()?.id as number)
    await lab.stealWebhook('https://192.0.2.7:8443/x')
    await lab.until('that it is missed', () => lab.told('ServerReady')?.startsWith('False') ?? false, minutes(1))
    await lab.advance(minutes(10))
    expect(effects()).toEqual([])
    expect(lab.calls('telegram')['POST /setWebhook']).toBe(sets)
    applyBot(lab, awake)
    await lab.untilReady()
  })

  it('leaves a changed webhook and says so', async () => {
    lab = await readyLab({ spec: awake })
    applyBot(lab, suspended)
    await lab.stealWebhook('https://192.0.2.7:8443/x')
    await lab.advance(minutes(3))
    expect(lab.webhook()).toBe('https://192.0.2.7:8443/x')
    expect(lab.told('WebhookReady')).toBe('False WebhookRemoved')
    expect(lab.condition('WebhookReady')?.message).toContain('spec.suspend')
    applyBot(lab, awake)
    await lab.untilReady()
  })

  it('costs no write while it waits', async () => {
    lab = await virtualLab()
    applyBot(lab, suspended)
    await lab.advance(minutes(2))
    const writes = lab.cluster.writes.length
    await lab.advance(minutes(30))
    expect(lab.cluster.writes.slice(writes)).toEqual([])
  })
})

describe('content that changed behind a reference', () => {
  const fromConfigMap = { ...awake, workload: { cloudInit: { configMapKeyRef: { name: 'app', key: 'data' } } } }

  async function drifted() {
    lab = await virtualLab()
    lab.cluster.putConfigMap('app', { data: '#cloud-config\npackages: [caddy]\n' })
    applyBot(lab, fromConfigMap)
    await lab.untilReady()
    await lab.advance(seconds(5))
    lab.cluster.putConfigMap('app', { data: '#cloud-config\npackages: [nginx]\n' })
  }

  it('is told, and nothing is replaced', async () => {
    await drifted()
    const { id } = lab.server() ?? {}
    await lab.until('that it is told', () => lab.told('InSync') === 'False DriftReported', minutes(2))
    await lab.advance(minutes(10))
    expect([lab.server()?.id, lab.told('Ready'), lab.told('Stalled')]).toEqual([id, 'True Available', undefined])
  })

  it('is in sync again when it is put back', async () => {
    await drifted()
    await lab.until('that it is told', () => lab.told('InSync') === 'False DriftReported', minutes(2))
    lab.cluster.putConfigMap('app', { data: '#cloud-config\npackages: [caddy]\n' })
    await lab.until('that it is in sync', () => lab.told('InSync') === 'True UpToDate', minutes(2))
  })

  it('reaches a server that has to be created again anyway', async () => {
    await drifted()
    lab.hcloud.control.deleteServer(lab.server()?.id as number)
    await lab.advance(seconds(40))
    await lab.untilReady()
    expect(lab.told('InSync')).toBe('True UpToDate')
  })

  it('is told when it is gone', async () => {
    lab = await virtualLab()
    applyBot(lab, fromConfigMap)
    await lab.advance(seconds(20))
    expect(lab.told('ServerReady')).toBe('False InvalidServer')
    expect(lab.condition('ServerReady')?.message).toContain('ConfigMap app')
    lab.cluster.putConfigMap('app', { data: '#cloud-config\n' })
    await lab.until('Ready', () => lab.told('Ready') === 'True Available', minutes(2))
  })

  it("is told when it is the bot's token", async () => {
    lab = await readyLab({ spec: awake })
    const fresh = `123456789:${'n'.repeat(35)}`
    lab.telegram.simulator.registry.issue(fresh)
    lab.cluster.putSecret('bot', { token: fresh })
    lab.cluster.annotate(key, { 'botyard.dev/reconcile-requested-at': 'now' })
    await lab.until('that it is told', () => lab.told('InSync') === 'False DriftReported', minutes(2))
    await lab.advance(seconds(10))
    // A token issued anew takes the webhook with it: set again with the new one.
    expect(lab.webhook()).not.toBe('')
    expect(lab.told('Ready')).toBe('True Available')
  })
})
