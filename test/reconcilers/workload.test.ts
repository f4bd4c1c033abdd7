import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { minutes, seconds } from '../../src/clock.ts'
import type { ProbeResult } from '../../src/providers/probe/probe.ts'
import { decideWorkload, type WorkloadWorld } from '../../src/reconcilers/workload.ts'

const where = 'https://127.64.0.1:8443/.well-known/botyard'
const ok: ProbeResult = { kind: 'ok', status: 200 }
const refused: ProbeResult = { kind: 'refused', detail: 'the address does not accept connections' }
const tls: ProbeResult = { kind: 'tls', detail: 'the certificate does not fit' }
const http: ProbeResult = { kind: 'http', detail: 'it answered 503', status: 503 }
const timeout: ProbeResult = { kind: 'timeout', detail: 'no answer within 2 s' }

const world = (change: Partial<WorkloadWorld>): WorkloadWorld => ({
  result: ok,
  failures: 0,
  failureThreshold: 3,
  hasServed: false,
  runningFor: seconds(20),
  bootLimit: minutes(15),
  period: seconds(30),
  leastPause: seconds(1),
  where,
  ...change,
})

interface Row {
  name: string
  given: Partial<WorkloadWorld>
  want: object
}

const rows: Row[] = [
  { name: 'serves when the probe succeeds', given: {}, want: { kind: 'done', reason: 'Serving' } },
  {
    name: 'serves when the probe succeeds at last, long after the limit',
    given: { runningFor: minutes(99) },
    want: { kind: 'done', reason: 'Serving' },
  },
  {
    name: 'boots while it never answered and time is left',
    given: { result: refused, failures: 1 },
    want: { kind: 'wait', reason: 'Booting', after: seconds(1) },
  },
  {
    name: 'is looked at as often as asked for while it has just begun to boot',
    given: { result: refused, failures: 1, runningFor: 0, leastPause: 100 },
    want: { kind: 'wait', reason: 'Booting', after: 100 },
  },
  {
    name: 'boots however many probes failed',
    given: { result: refused, failures: 99 },
    want: { kind: 'wait', reason: 'Booting' },
  },
  {
    name: 'boots with a certificate that does not fit yet',
    given: { result: tls, failures: 1 },
    want: { kind: 'wait', reason: 'Booting' },
  },
  {
    name: 'times out when boot takes longer than allowed',
    given: { result: refused, failures: 9, runningFor: minutes(15) },
    want: { kind: 'blocked', reason: 'BootTimedOut', after: seconds(30) },
  },
  {
    name: 'is patient until the very limit',
    given: { result: refused, failures: 9, runningFor: minutes(15) - 1 },
    want: { kind: 'wait', reason: 'Booting' },
  },
  {
    name: 'serves on through fewer failures than the threshold',
    given: { result: refused, failures: 2, hasServed: true },
    want: { kind: 'done', reason: 'Serving' },
  },
  {
    name: 'is unreachable at the threshold',
    given: { result: refused, failures: 3, hasServed: true },
    want: { kind: 'wait', reason: 'Unreachable', after: seconds(30) },
  },
  {
    name: 'is unreachable when nothing answers in time',
    given: { result: timeout, failures: 3, hasServed: true },
    want: { kind: 'wait', reason: 'Unreachable' },
  },
  {
    name: 'fails the probe with another status than 2xx',
    given: { result: http, failures: 3, hasServed: true },
    want: { kind: 'wait', reason: 'ProbeFailed' },
  },
  {
    name: 'fails the probe with another certificate',
    given: { result: tls, failures: 3, hasServed: true },
    want: { kind: 'wait', reason: 'ProbeFailed' },
  },
  {
    name: 'never times out at boot once it has served',
    given: { result: refused, failures: 9, hasServed: true, runningFor: minutes(99) },
    want: { kind: 'wait', reason: 'Unreachable' },
  },
  {
    name: 'is down at once with a threshold of one',
    given: { result: refused, failures: 1, failureThreshold: 1, hasServed: true },
    want: { kind: 'wait', reason: 'Unreachable' },
  },
]

describe('decideWorkload', () => {
  it.each(rows)('$name', ({ given, want }) => {
    expect(decideWorkload(world(given))).toMatchObject(want)
  })

  it('says where it looked and what it saw', () => {
    expect(decideWorkload(world({ result: http, failures: 3, hasServed: true }))).toMatchObject({
      message: `${where} no longer answers: it answered 503.`,
    })
  })

  it('says the same all through a boot, so that waiting writes nothing', () => {
    const messages = [refused, timeout, tls].map((result) => decideWorkload(world({ result, failures: 5 })).message)
    expect(new Set(messages).size).toBe(1)
  })

  it('looks again between once a second and once a period', () => {
    fc.assert(
      fc.property(fc.nat(minutes(15) - 1), fc.integer({ min: 5, max: 600 }), (runningFor, period) => {
        const step = decideWorkload(world({ result: refused, failures: 1, runningFor, period: seconds(period) }))
        const after = step.kind === 'wait' ? step.after : 0
        expect(after).toBeGreaterThanOrEqual(seconds(1))
        expect(after).toBeLessThanOrEqual(seconds(period))
      }),
    )
  })
})
