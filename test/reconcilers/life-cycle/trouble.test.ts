import { afterEach, describe, expect, it } from 'vitest'
import type { FaultKind } from '../../../simulators/kit/fault.ts'
import { stepConditionTypes } from '../../../src/api/reasons.ts'
import { minutes, seconds } from '../../../src/clock.ts'
import { applyBot, key, readyLab, type VirtualLab, virtualLab } from '../../support/virtual-lab.ts'

let lab: VirtualLab
afterEach(async () => expect(await lab.close()).toEqual([]))

const throttled = (service: 'hcloud' | 'telegram'): FaultKind =>
  service === 'hcloud'
    ? {
        kind: 'status',
        status: 429,
        contentType: 'application/json',
        body: '{"error":{"code":"rate_limit_exceeded","message":"limit"}}',
      }
    : {
        kind: 'status',
        status: 429,
        contentType: 'application/json',
        body: '{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 3","parameters":{"retry_after":3}}',
      }

const troubles: { name: string; fault: (service: 'hcloud' | 'telegram') => FaultKind }[] = [
  { name: 'is throttled', fault: throttled },
  { name: 'answers 500', fault: () => ({ kind: 'status', status: 500, contentType: 'application/json', body: '{}' }) },
  { name: 'answers 502 with a web page', fault: () => ({ kind: 'status', status: 502 }) },
  {
    name: 'answers 200 with a web page',
    fault: () => ({ kind: 'wrongBody', body: '<html>', contentType: 'text/html' }),
  },
  {
    name: 'answers 200 with another shape',
    fault: () => ({ kind: 'wrongBody', body: '{"x":[]}', contentType: 'application/json' }),
  },
  { name: 'answers nothing', fault: () => ({ kind: 'wrongBody', body: '' }) },
  { name: 'does not answer', fault: () => ({ kind: 'held' }) },
  { name: 'acts, and its answer is lost', fault: () => ({ kind: 'after' }) },
]

const values = () => stepConditionTypes.map((type) => `${type} ${lab.told(type)}`)
const services = ['hcloud', 'telegram'] as const

describe.each(services)('when %s', (service) => {
  it.each(troubles)('$name, a serving Project keeps its conditions and recovers', async ({ fault }) => {
    lab = await readyLab({ spec: { resyncInterval: '1m' } })
    const before = values()
    const seen = new Set<string>()
    lab.cluster.onStatus = () => seen.add(values().join())
    lab[service].faults.add({ route: 'ANY *', ...fault(service) })
    await lab.advance(minutes(5))
    lab.cluster.annotate(key, { 'botyard.dev/reconcile-requested-at': '1' })
    await lab.advance(minutes(5))
    lab[service].faults.clear()
    await lab.advance(minutes(6))
    expect([...seen].filter((each) => each !== before.join())).toEqual([])
    expect([lab.told('Ready'), lab.told('Reconciling'), lab.told('Stalled')]).toEqual([
      'True Available',
      undefined,
      undefined,
    ])
    expect(lab.status()).not.toHaveProperty('lastError')
    expect(lab.account().servers).toHaveLength(1)
  })

  it.each(troubles)('$name, a new Project says so and recovers', async ({ fault }) => {
    lab = await virtualLab()
    applyBot(lab)
    lab[service].faults.add({ route: 'ANY *', ...fault(service) })
    await lab.advance(minutes(2))
    expect(lab.told('Stalled')).toBeUndefined()
    expect(lab.told('Reconciling')).toMatch(/True (Retrying|WaitingForRateLimit)/)
    expect(lab.status().lastError?.class).toMatch(/Transient|Throttled/)
    lab[service].faults.clear()
    await lab.until('Ready', () => lab.told('Ready') === 'True Available', minutes(6))
    expect(lab.account().servers).toHaveLength(1)
  })
})

describe.each(services)('one call in six of %s', (service) => {
  it.each(troubles)(
    '$name: the Project becomes Ready and goes again, and nothing is left or made twice',
    async ({ fault }) => {
      lab = await virtualLab({ seed: 7 })
      lab[service].faults.add({ route: 'ANY *', chance: 1 / 6, ...fault(service) })
      applyBot(lab)
      await lab.until('Ready', () => lab.told('Ready') === 'True Available', minutes(30))
      expect(lab.account().servers).toHaveLength(1)
      expect(lab.account().primaryIPs.filter(({ type }) => type === 'ipv4')).toHaveLength(1)
      lab.cluster.delete(key)
      await lab.until('its end', () => lab.project() === undefined, minutes(60))
      expect([lab.account().servers, lab.account().primaryIPs, lab.account().sshKeys, lab.webhook()]).toEqual([
        [],
        [],
        [],
        '',
      ])
    },
  )
})

describe('an outage', () => {
  it('of Hetzner costs few calls, and one write or two', async () => {
    lab = await readyLab({ spec: { resyncInterval: '1m' } })
    lab.hcloud.faults.add({ route: 'ANY *', kind: 'status', status: 503 })
    lab.hcloud.requests.reset()
    const writes = lab.cluster.writes.length
    await lab.advance(minutes(30))
    const calls = Object.values(lab.calls()).reduce((sum, count) => sum + count, 0)
    expect(calls).toBeLessThanOrEqual(150)
    expect(lab.cluster.writes.length - writes).toBeLessThanOrEqual(6)
  })

  it('does not stop a deletion for good', async () => {
    lab = await readyLab()
    lab.hcloud.faults.add({ route: 'ANY *', kind: 'status', status: 503 })
    lab.cluster.delete(key)
    await lab.advance(minutes(10))
    expect(lab.project()).toBeDefined()
    expect(lab.told('Reconciling')).toBe('True Deleting')
    lab.hcloud.faults.clear()
    await lab.until('its end', () => lab.project() === undefined, minutes(8))
    expect(lab.account().servers).toEqual([])
    await lab.advance(seconds(1))
  })
})

describe('a write that fails again and again', () => {
  it.each([
    { line: 'POST /servers', service: 'hcloud' as const },
    { line: 'POST /bot*/setWebhook', service: 'telegram' as const },
  ])(
    'is tried ever more seldom, although all steps before it succeed in each pass: $line',
    async ({ line, service }) => {
      lab = await virtualLab()
      lab[service].faults.add({ kind: 'status', status: 500, contentType: 'application/json', body: '{}', route: line })
      applyBot(lab)
      await lab.advance(minutes(10))
      const isMeant = (call: string) => call.startsWith('POST ') && call.endsWith(line.split('/').at(-1) ?? '')
      const [, tries = 0] = Object.entries(lab.calls(service)).find(([call]) => isMeant(call)) ?? []
      expect(tries).toBeGreaterThan(3)
      expect(tries).toBeLessThanOrEqual(12)
      lab[service].faults.clear()
      await lab.advance(minutes(6))
      expect(lab.told('Ready')).toBe('True Available')
    },
  )
})
