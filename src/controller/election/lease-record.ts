// What a Lease says and what we write into it. Whoever else writes it may be anybody, so nothing in it is taken on trust: no
// time in it decides anything, and a duration only when it is one.

import { type Clock, type Duration, seconds } from '../../clock.ts'

/** A Lease of `coordination.k8s.io/v1` as it came; of its spec nothing is known until it has been looked at. */
export interface Lease {
  readonly metadata: { readonly uid?: string; readonly resourceVersion?: string }
  readonly spec?: Readonly<Record<string, unknown>> | undefined
}

/** What we write into `spec`. Times have six digits of a second: the API server refuses any other number. */
export interface LeaseClaim {
  readonly holderIdentity: string
  readonly leaseDurationSeconds: number
  readonly acquireTime: string
  readonly renewTime: string
  readonly leaseTransitions: number
}

/** Empty when nobody holds it. */
export function holderOf({ spec }: Lease): string {
  return typeof spec?.['holderIdentity'] === 'string' ? spec['holderIdentity'] : ''
}

/** As the holder says, because it is the holder that counts on it; ours where it says nothing that makes sense. */
export function durationOf({ spec }: Lease, fallback: Duration): Duration {
  const count = spec?.['leaseDurationSeconds']
  return isCount(count) && count > 0 ? seconds(count) : fallback
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0

export interface Claimant {
  readonly identity: string
  readonly leaseDuration: Duration
  readonly clock: Clock
}

/** Ours from now on, or still. `leaseTransitions` counts changes of the holder only. */
export function claim(lease: Lease | undefined, { identity, leaseDuration, clock }: Claimant): LeaseClaim {
  const now = microTime(clock.now())
  const isOurs = lease !== undefined && holderOf(lease) === identity
  const { acquireTime, leaseTransitions } = lease?.spec ?? {}
  const transitions = isCount(leaseTransitions) ? leaseTransitions : 0
  return {
    holderIdentity: identity,
    // The field has no fractions. Rounded up: others may wait longer than they need, never shorter.
    leaseDurationSeconds: Math.ceil(leaseDuration / 1_000),
    acquireTime: isOurs && typeof acquireTime === 'string' ? acquireTime : now,
    renewTime: now,
    leaseTransitions: lease === undefined || isOurs ? transitions : transitions + 1,
  }
}

/** Nobody's: whoever looks next may take it at once, also a client that waits for the duration to pass. */
export function surrender(lease: Lease, clock: Clock): LeaseClaim {
  const now = microTime(clock.now())
  const { leaseTransitions } = lease.spec ?? {}
  return {
    holderIdentity: '',
    leaseDurationSeconds: 1,
    acquireTime: now,
    renewTime: now,
    leaseTransitions: isCount(leaseTransitions) ? leaseTransitions : 0,
  }
}

/** `2026-01-01T00:00:00.123000Z`; a Date writes three digits. */
export function microTime(wall: number): string {
  return new Date(wall).toISOString().replace('Z', '000Z')
}

/** Two readings that are equal in this are the same record: nobody has renewed in between. A label that changed is no renewal. */
export function fingerprintOf({ metadata, spec }: Lease): string {
  return JSON.stringify([metadata.uid, spec ?? {}])
}

/** What cannot be in a Lease that is well, one line each, for the log. None of it decides anything. */
export function oddities({ spec = {} }: Lease, clock: Clock): string[] {
  const { holderIdentity, leaseDurationSeconds, leaseTransitions, renewTime } = spec
  const lines: string[] = []
  if (holderIdentity !== undefined && typeof holderIdentity !== 'string') lines.push('its holder is not a name')
  if (leaseDurationSeconds !== undefined && !(isCount(leaseDurationSeconds) && leaseDurationSeconds > 0))
    lines.push('its duration is not a number of seconds; ours is taken')
  if (leaseTransitions !== undefined && !isCount(leaseTransitions))
    lines.push('its count of transitions is not a count')
  const odd = renewTime === undefined ? undefined : oddTime(renewTime, clock)
  return odd === undefined ? lines : [...lines, `${odd}; how long it lasts is measured by our own clock`]
}

/** More than this ahead of us is no difference between two clocks that are kept. */
const skew: Duration = seconds(60)

function oddTime(value: unknown, clock: Clock): string | undefined {
  const at = typeof value === 'string' ? Date.parse(value) : Number.NaN
  if (Number.isNaN(at)) return 'its time of renewal is not a time'
  if (at < 0) return 'its time of renewal is before 1970'
  return at > clock.now() + skew ? 'its time of renewal is in the future' : undefined
}
