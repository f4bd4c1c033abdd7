import { afterEach, describe, expect, it } from 'vitest'
import { minutes, seconds } from '../../../src/clock.ts'
import { applyBot, key, readyLab, type VirtualLab, virtualLab } from '../../support/virtual-lab.ts'

let lab: VirtualLab
afterEach(async () => expect(await lab.close()).toEqual([]))

/** Every value that Ready had from now on. */
function watchReady(): string[] {
  const values: string[] = []
  lab.cluster.onStatus = () => values.push(lab.told('Ready') ?? '')
  return values
}

const id = () => lab.server()?.id as number

const remove = async () => lab.hcloud.control.deleteServer(id())
const switchOff = async () => lab.hcloud.control.powerOffServer(id())
const unsetWebhook = () => lab.stealWebhook('')
const poweron = 'POST /servers/*/actions/poweron'

describe('what is amiss is told, also while it cannot be mended because', () => {
  it.each([
    { on: 'hcloud', route: 'POST /servers', harm: remove, type: 'ServerReady', as: 'False Repairing' },
    { on: 'hcloud', route: 'GET /ssh_keys', harm: remove, type: 'ServerReady', as: 'False Repairing' },
    { on: 'hcloud', route: poweron, harm: switchOff, type: 'ServerReady', as: 'False PoweredOff' },
    {
      on: 'telegram',
      route: 'POST /bot*/setWebhook',
      harm: unsetWebhook,
      type: 'WebhookReady',
      as: 'False WebhookRemoved',
    },
  ] as const)('$route fails', async ({ on, route, harm, type, as }) => {
    lab = await readyLab({ spec: { resyncInterval: '1m' } })
    lab[on].faults.add({ route, kind: 'status', status: 503 })
    await harm()
    await lab.until('that it is told', () => lab.told(type) === as, minutes(2))
    await lab.advance(minutes(3))
    expect([lab.told(type), lab.told('Ready'), lab.told('Reconciling')]).toEqual([as, as, 'True Retrying'])
    expect(lab.status().lastError?.class).toBe('Transient')
    lab[on].faults.clear()
    await lab.untilReady()
    expect(lab.status()).not.toHaveProperty('lastError')
  })
})

describe('a server', () => {
  it('is created again on the same address when it was deleted behind our back', async () => {
    lab = await readyLab()
    const [before, ip] = [id(), lab.ip()?.ip]
    lab.hcloud.control.deleteServer(before)
    await lab.until('that it is missed', () => lab.told('Ready') === 'False Repairing', seconds(35))
    expect(lab.told('Reconciling')).toBe('True Repairing')
    await lab.untilReady()
    expect(id()).not.toBe(before)
    expect(lab.ip()?.ip).toBe(ip)
    expect(lab.account().servers).toHaveLength(1)
    expect(lab.status().server?.id).toBe(id())
    expect(lab.calls('telegram')['POST /setWebhook']).toBe(1)
  })

  it('is created again at once, and no ghost is seen, when it was deleted right after its creation', async () => {
    lab = await virtualLab({ bootSeconds: 0, hcloud: { createSeconds: 0.5, startSeconds: 0.5, deleteSeconds: 0.1 } })
    applyBot(lab)
    await lab.untilReady()
    const told = new Set<string | undefined>()
    lab.cluster.onStatus = () => told.add(lab.told('ServerReady'))
    lab.hcloud.control.deleteServer(id())
    lab.cluster.annotate(key, { 'botyard.dev/reconcile-requested-at': '1' })
    await lab.until('that it is missed', () => lab.told('Ready') !== 'True Available', seconds(5))
    const took = await lab.untilReady()
    expect([...told]).not.toContain('False NameTaken')
    expect(took).toBeLessThan(seconds(10))
  })

  it('is started when it was switched off', async () => {
    lab = await readyLab()
    lab.hcloud.control.powerOffServer(id())
    await lab.until('that it is off', () => lab.told('ServerReady') === 'False PoweredOff', seconds(35))
    const took = await lab.untilReady()
    expect(took).toBeLessThan(seconds(30))
    expect(lab.calls()['POST /servers/:id/actions/poweron']).toBe(1)
    expect(lab.status()).not.toHaveProperty('operation')
  })

  it('is started again until it starts', async () => {
    lab = await readyLab()
    lab.hcloud.control.addFault({
      kind: 'actionFailure',
      command: 'start_server',
      times: 2,
      error: { code: 'x', message: 'no power' },
    })
    lab.hcloud.control.powerOffServer(id())
    await lab.until('that it fails', () => lab.told('ServerReady') === 'False ActionFailed', minutes(1))
    expect(lab.condition('ServerReady')?.message).toContain('no power')
    await lab.untilReady()
    expect(lab.calls()['POST /servers/:id/actions/poweron']).toBe(3)
  })

  it('gets its labels and name back, and Ready does not flap', async () => {
    lab = await readyLab({ spec: { server: { types: ['cx23'], labels: { team: 'a' } } } })
    const before = lab.server()
    const ready = watchReady()
    lab.hcloud.control.changeServer({ id: id(), name: 'renamed', labels: { ...before?.labels, team: 'x', extra: 'y' } })
    await lab.until('its labels back', () => lab.server()?.labels['team'] === 'a', seconds(35))
    await lab.advance(seconds(30))
    expect(lab.server()).toMatchObject({ name: before?.name, labels: before?.labels })
    expect(lab.server()?.labels).not.toHaveProperty('extra')
    expect(new Set(ready)).toEqual(new Set(ready.length === 0 ? [] : ['True Available']))
    expect(lab.told('Reconciling')).toBeUndefined()
  })

  it('gets new labels from the spec while it serves', async () => {
    lab = await readyLab()
    const ready = watchReady()
    lab.cluster.apply({ spec: { ...lab.project()?.spec, server: { types: ['cx23'], labels: { team: 'b' } } } })
    await lab.advance(seconds(5))
    expect(lab.server()?.labels['team']).toBe('b')
    expect(lab.status().observedGeneration).toBe(2)
    expect(new Set(ready)).toEqual(new Set(['True Available']))
  })

  it('is not touched where it lost our labels: it is no longer ours, and its address is in use', async () => {
    lab = await readyLab()
    lab.hcloud.control.changeServer({ id: id(), labels: {} })
    await lab.advance(minutes(2))
    expect(lab.account().servers).toHaveLength(1)
    expect(lab.told('ServerReady')).toBe('False NameTaken')
    expect(lab.told('Stalled')).toBe('True NameTaken')
  })

  it('is not replaced because it does not answer', async () => {
    lab = await readyLab({
      spec: { workload: { cloudInit: { inline: '#cloud-config\n' }, probe: { periodSeconds: 5 } } },
    })
    const before = id()
    lab.machines.probeShows = { kind: 'http', detail: 'The server answered 500', status: 500 }
    await lab.until('that it fails', () => lab.told('WorkloadReady') === 'False ProbeFailed', seconds(60))
    await lab.advance(minutes(30))
    expect(id()).toBe(before)
    lab.machines.probeShows = undefined
    await lab.untilReady()
  })

  it('stays Ready when only the operator cannot reach it', async () => {
    lab = await readyLab({ spec: { resyncInterval: '1m' } })
    const ready = watchReady()
    lab.machines.probeShows = { kind: 'timeout', detail: 'No answer within 2 s' }
    await lab.advance(minutes(10))
    expect(lab.told('WorkloadReady')).toBe('True ProbeBlocked')
    expect(new Set(ready)).toEqual(new Set(['True Available']))
    expect(lab.condition('Ready')?.message).toContain('Telegram still delivers')
  })

  it('says that the address is lost when it was deleted behind our back', async () => {
    lab = await readyLab()
    lab.hcloud.control.deleteServer(id())
    lab.hcloud.control.deletePrimaryIP(lab.ip()?.id as number)
    await lab.until('that it is lost', () => lab.told('AddressReady') === 'False NotFound', minutes(6))
    expect(lab.told('Stalled')).toBe('True NotFound')
    expect(lab.account().servers).toEqual([])
  })

  it('gets the shared firewall back', async () => {
    lab = await readyLab()
    lab.hcloud.control.deleteFirewall(lab.account().firewalls[0]?.id as number)
    await lab.advance(minutes(3))
    expect(lab.account().firewalls).toHaveLength(1)
    expect(lab.told('Ready')).toBe('True Available')
    expect(lab.status().account?.markerID).toBe(lab.account().firewalls[0]?.id)
  })
})

describe('keys', () => {
  it('are put back when their Secret was deleted', async () => {
    lab = await readyLab()
    const before = lab.cluster.secret('echo-botyard')
    lab.cluster.dropSecret('echo-botyard')
    lab.cluster.annotate(key, { 'botyard.dev/reconcile-requested-at': '1' })
    await lab.advance(seconds(2))
    expect(lab.cluster.secret('echo-botyard')?.data).toEqual(before?.data)
    expect(lab.told('Ready')).toBe('True Available')
  })

  it('are put back when their Secret was changed', async () => {
    lab = await readyLab()
    const before = lab.cluster.secret('echo-botyard')
    lab.cluster.putSecret('echo-botyard', { ...before?.data, 'webhook-secret-token': 'changed' })
    lab.cluster.annotate(key, { 'botyard.dev/reconcile-requested-at': '1' })
    await lab.advance(seconds(2))
    expect(lab.cluster.secret('echo-botyard')?.data).toEqual(before?.data)
    expect(lab.calls('telegram')['POST /setWebhook']).toBe(1)
  })

  it('are never made anew while a server has them: what is lost is told, and nothing is touched', async () => {
    lab = await readyLab()
    lab.cluster.dropSecret('echo-botyard')
    lab.cluster.putSecret(`botyard-${lab.project()?.metadata.uid}`, {}, 'botyard-system')
    lab.hcloud.requests.reset()
    lab.cluster.annotate(key, { 'botyard.dev/reconcile-requested-at': '1' })
    await lab.advance(minutes(2))
    expect(lab.told('InSync')).toBe('False UpdateFailed')
    expect(lab.told('Stalled')).toBe('True UpdateFailed')
    expect(lab.cluster.secret('echo-botyard')).toBeUndefined()
    expect(Object.keys(lab.calls()).filter((call) => !call.startsWith('GET'))).toEqual([])
    expect(lab.told('Ready')).toBe('True Available')
  })

  it("leave somebody else's Secret of that name alone", async () => {
    lab = await readyLab()
    lab.cluster.dropSecret('echo-botyard')
    lab.cluster.putSecret('echo-botyard', { theirs: 'yes' })
    // A Secret that users write keeps its owners; this one has none.
    lab.cluster.annotate(key, { 'botyard.dev/reconcile-requested-at': '1' })
    await lab.advance(seconds(5))
    expect(lab.told('ServerReady')).toBe('False NameTaken')
    expect(lab.cluster.secret('echo-botyard')?.data).toEqual({ theirs: 'yes' })
  })
})
