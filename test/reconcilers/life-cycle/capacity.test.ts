import { afterEach, describe, expect, it } from 'vitest'
import { seededRandom } from '../../../simulators/kit/random.ts'
import { minutes, seconds } from '../../../src/clock.ts'
import { applyBot, readyLab, type VirtualLab, virtualLab } from '../../support/virtual-lab.ts'

let lab: VirtualLab
afterEach(async () => expect(await lab.close()).toEqual([]))

const broken = { code: 'create_failed', message: 'the host is broken' }
const anywhere = { type: '*', location: '*' }
const ips = () => lab.account().primaryIPs.filter(({ type }) => type === 'ipv4')

describe('a sold-out choice', () => {
  it('falls to the next type in the same location', async () => {
    lab = await virtualLab()
    applyBot(lab)
    lab.hcloud.control.addFault({ kind: 'soldOut', type: 'cx23', location: 'nbg1' })
    await lab.untilReady()
    expect(lab.server()).toMatchObject({ type: 'cpx22', location: 'nbg1' })
    expect(lab.calls()['POST /primary_ips']).toBe(1)
  })

  it('gives the address back and goes to the next location', async () => {
    lab = await virtualLab()
    applyBot(lab)
    lab.hcloud.control.addFault({ kind: 'soldOut', type: '*', location: 'nbg1' })
    await lab.untilReady()
    expect(lab.server()).toMatchObject({ type: 'cx23', location: 'fsn1' })
    expect(ips()).toEqual([expect.objectContaining({ location: 'fsn1' })])
    expect(lab.status().address?.location).toBe('fsn1')
  })

  it('everywhere holds no address, is not Stalled, and goes on by itself', async () => {
    lab = await virtualLab()
    applyBot(lab)
    lab.hcloud.control.addFault({ kind: 'soldOut', ...anywhere })
    await lab.until('that all is sold out', () => lab.told('AddressReady') === 'False NoCapacity', seconds(30))
    expect(ips()).toEqual([])
    expect(lab.status()).not.toHaveProperty('address')
    expect(lab.told('Reconciling')).toBe('True WaitingForCapacity')
    expect(lab.told('Stalled')).toBeUndefined()
    await lab.advance(minutes(20))
    expect(ips()).toEqual([])
    lab.hcloud.control.clearFaults()
    await lab.until('Ready', () => lab.told('Ready') === 'True Available', minutes(10))
  })

  it('costs few calls while it lasts', async () => {
    lab = await virtualLab()
    applyBot(lab)
    lab.hcloud.control.addFault({ kind: 'soldOut', ...anywhere })
    await lab.advance(minutes(1))
    lab.hcloud.requests.reset()
    await lab.advance(minutes(60))
    const { 'POST /servers': creates = 0, 'POST /primary_ips': allocations = 0 } = lab.calls()
    // Four pairs, each out of the question for at least four minutes; an address is needed to ask.
    expect(creates).toBeLessThanOrEqual(4 * 15)
    expect(allocations).toBeLessThanOrEqual(4 * 15)
  })

  it('keeps the address once a server has run on it, and goes on by itself', async () => {
    lab = await readyLab()
    const ip = lab.ip()?.ip
    lab.hcloud.control.addFault({ kind: 'soldOut', type: '*', location: 'nbg1' })
    lab.hcloud.control.deleteServer(lab.server()?.id as number)
    await lab.until('that it is sold out', () => lab.told('ServerReady') === 'False NoCapacity', minutes(2))
    expect([lab.ip()?.ip, lab.told('Reconciling')]).toEqual([ip, 'True WaitingForCapacity'])
    await lab.advance(minutes(20))
    expect(lab.ip()?.ip).toBe(ip)
    lab.hcloud.control.clearFaults()
    await lab.until('Ready', () => lab.told('Ready') === 'True Available', minutes(10))
    expect(lab.ip()?.ip).toBe(ip)
  })
})

describe('what can never be had', () => {
  it.each([
    { name: 'an unknown type', server: { types: ['cx32'] }, text: "'cx32'. Nearest: " },
    { name: 'an unknown location', server: { types: ['cx23'], locations: ['nbg2'] }, text: "'nbg2'. Nearest: nbg1" },
    {
      name: 'an unknown image',
      server: { types: ['cx23'], image: 'debain-13' },
      text: "'debain-13'. Nearest: debian-13",
    },
    {
      name: 'a type that is not sold there',
      server: { types: ['cpx11'], locations: ['nbg1'] },
      text: 'cpx11 is sold in ash',
    },
    { name: 'a type whose time is over', server: { types: ['cx22'] }, text: 'cx22 is sold in no location' },
    { name: 'types of two architectures', server: { types: ['cx23', 'cax11'] }, text: 'one architecture' },
  ])('is told before anything is bought: $name', async ({ server, text }) => {
    lab = await virtualLab()
    applyBot(lab, { server })
    await lab.advance(seconds(20))
    expect(lab.told('AddressReady')).toBe('False NotFound')
    expect(lab.condition('AddressReady')?.message).toContain(text)
    expect([ips(), lab.account().servers]).toEqual([[], []])
    applyBot(lab)
    await lab.untilReady()
  })

  it('is told: user data that is too large, before any server', async () => {
    lab = await virtualLab()
    const random = seededRandom(1)
    // Noise, which gzip cannot make small.
    const noise = Array.from({ length: 40_000 }, () => String.fromCharCode(33 + Math.floor(random() * 90))).join('')
    lab.cluster.putSecret('large', { data: `#cloud-config\n# ${noise}` })
    applyBot(lab, { workload: { cloudInit: { secretKeyRef: { name: 'large', key: 'data' } } } })
    await lab.advance(seconds(30))
    expect(lab.told('ServerReady')).toBe('False InvalidServer')
    expect(lab.condition('ServerReady')?.message).toMatch(/32768|32 KiB/)
    expect(lab.calls()['POST /servers']).toBeUndefined()
  })

  it('is told: a quota that is used up, and mended when it is raised', async () => {
    lab = await virtualLab()
    await lab.hcloud.fetch(new Request('https://x.test/v1/servers', { headers: { authorization: bearer } }))
    lab.hcloud.control.setLimits({ token: bearer.slice(7), primaryIPs: 0 })
    applyBot(lab)
    await lab.advance(seconds(20))
    expect(lab.told('AddressReady')).toBe('False QuotaExceeded')
    expect(lab.told('Stalled')).toBe('True QuotaExceeded')
    lab.hcloud.control.setLimits({ token: bearer.slice(7), primaryIPs: 10 })
    await lab.until('Ready', () => lab.told('Ready') === 'True Available', minutes(8))
  })
})

const bearer = `Bearer ${'h'.repeat(32)}0123456789abcdefghijklmnopqrstuv`

describe('a creation that fails', () => {
  it('is discarded and tried again', async () => {
    lab = await virtualLab()
    applyBot(lab)
    lab.hcloud.control.addFault({ kind: 'actionFailure', command: 'create_server', times: 1, error: broken })
    await lab.until('that it failed', () => lab.told('ServerReady') === 'False ActionFailed', seconds(30))
    expect(lab.condition('ServerReady')?.message).toContain('the host is broken')
    await lab.untilReady()
    expect([lab.calls()['POST /servers'], lab.account().servers.length]).toEqual([2, 1])
    expect(lab.status()).not.toHaveProperty('operation')
  })

  it('says what failed until the next try begins, with growing pauses', async () => {
    lab = await virtualLab()
    applyBot(lab)
    lab.hcloud.control.addFault({ kind: 'actionFailure', command: 'create_server', times: 9, error: broken })
    const begins: number[] = []
    const said = new Set<string>()
    let operation: string | undefined
    lab.cluster.onStatus = (_, { status }) => {
      const { kind, startedAt = '' } = status?.operation ?? {}
      if (kind === 'Create' && operation !== startedAt) begins.push(Date.parse(startedAt))
      if (kind === 'Create') operation = startedAt
      if (kind === 'Discard') said.add(`${lab.told('ServerReady')} ${lab.condition('ServerReady')?.message}`)
    }
    await lab.until('that it is Stalled', () => lab.told('Stalled') === 'True ActionFailed', minutes(5))
    const [first = 0, second = 0, third = 0] = begins
    // Three seconds of each creation, then the pause.
    expect([second - first, third - second]).toEqual([seconds(13), seconds(23)])
    expect([...said]).toEqual([expect.stringMatching(/^False ActionFailed .*the host is broken\. It is deleted/)])
  })

  it('binds nothing: the spec may change and the address may go', async () => {
    lab = await virtualLab()
    applyBot(lab)
    lab.hcloud.control.addFault({ kind: 'actionFailure', command: 'create_server', times: 1, error: broken })
    await lab.until('that it failed', () => lab.told('ServerReady') === 'False ActionFailed', seconds(30))
    expect(lab.status()).not.toHaveProperty('server')
    lab.hcloud.control.addFault({ kind: 'soldOut', type: '*', location: 'nbg1' })
    await lab.untilReady()
    expect(lab.status().address?.location).toBe('fsn1')
    expect(ips()).toHaveLength(1)
  })

  it('is tried 3 times, then a person must look', async () => {
    lab = await virtualLab()
    applyBot(lab)
    lab.hcloud.control.addFault({ kind: 'actionFailure', command: 'create_server', times: 9, error: broken })
    await lab.until('that it is Stalled', () => lab.told('Stalled') === 'True ActionFailed', minutes(5))
    await lab.advance(minutes(30))
    expect(lab.calls()['POST /servers']).toBe(3)
    expect(lab.account().servers).toHaveLength(1)
  })

  it('begins a new count when a person has deleted what failed', async () => {
    lab = await virtualLab()
    applyBot(lab)
    lab.hcloud.control.addFault({ kind: 'actionFailure', command: 'create_server', times: 3, error: broken })
    await lab.until('that it is Stalled', () => lab.told('Stalled') === 'True ActionFailed', minutes(5))
    lab.hcloud.control.deleteServer(lab.server()?.id as number)
    await lab.until('Ready', () => lab.told('Ready') === 'True Available', minutes(8))
  })

  it('in its first start only is started once', async () => {
    lab = await virtualLab()
    applyBot(lab)
    lab.hcloud.control.addFault({ kind: 'actionFailure', command: 'start_server', times: 1, error: broken })
    await lab.untilReady()
    expect(lab.calls()).toMatchObject({ 'POST /servers': 1, 'POST /servers/:id/actions/poweron': 1 })
  })

  it('by taking too long is told and left as it is, and mended when it ends after all', async () => {
    lab = await virtualLab()
    applyBot(lab, { timeouts: { create: '1m' } })
    lab.hcloud.control.addFault({ kind: 'slowAction', command: 'create_server', times: 1, seconds: 600 })
    await lab.until('that it is late', () => lab.told('Stalled') === 'True ActionFailed', minutes(2))
    expect(lab.condition('ServerReady')?.message).toContain('timeouts.create')
    await lab.advance(minutes(5))
    expect(lab.calls()['POST /servers']).toBe(1)
    await lab.until('Ready', () => lab.told('Ready') === 'True Available', minutes(6))
  })

  it('by a boot that never ends is told and kept', async () => {
    lab = await virtualLab()
    lab.machines.bootFailures.push('neverServes')
    applyBot(lab, { timeouts: { boot: '1m' } })
    await lab.until('that it timed out', () => lab.told('WorkloadReady') === 'False BootTimedOut', minutes(2))
    const { id } = lab.server() ?? {}
    expect(lab.told('Stalled')).toBe('True BootTimedOut')
    await lab.advance(minutes(10))
    expect(lab.server()?.id).toBe(id)
    expect(lab.webhook()).toBe('')
  })
})

describe('a name that is taken', () => {
  it('is left to its owner, and used when it is free', async () => {
    lab = await readyLab()
    const { id, labels } = lab.server() ?? { id: 0, labels: {} }
    lab.hcloud.control.changeServer({ id, labels: { owner: 'somebody' } })
    await lab.until('that it is taken', () => lab.told('ServerReady') === 'False NameTaken', minutes(1))
    await lab.advance(minutes(10))
    expect(lab.server()).toMatchObject({ id, labels: { owner: 'somebody' } })
    lab.hcloud.control.changeServer({ id, labels })
    await lab.until('Ready', () => lab.told('Ready') === 'True Available', minutes(6))
    expect(lab.calls()['POST /servers']).toBe(1)
  })
})
