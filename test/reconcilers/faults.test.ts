import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { minutes, seconds } from '../../src/clock.ts'
import { ApiError } from '../../src/kube/api-error.ts'
import { type ErrorClass, HcloudError } from '../../src/providers/hcloud/errors.ts'
import { type Fault, faultOf, paceOf } from '../../src/reconcilers/faults.ts'

const fault = (change: Partial<Fault> = {}): Fault => ({
  errorClass: 'Transient',
  code: 'network_error',
  message: 'Cannot GET /servers at Hetzner: no answer',
  ...change,
})
const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
const failures = fc.integer({ min: 1, max: 10_000 })
const classes: ErrorClass[] = [
  'Transient',
  'Throttled',
  'Capacity',
  'Quota',
  'Conflict',
  'InvalidSpec',
  'NotFound',
  'Bug',
]

describe('paceOf', () => {
  it.each([
    { name: 'begins with a second or two', given: fault(), count: 1, random: 0.5, want: seconds(1.5) },
    { name: 'doubles', given: fault(), count: 4, random: 0, want: seconds(8) },
    { name: 'ends at five minutes', given: fault(), count: 99, random: 0.999999, want: minutes(5) },
    {
      name: 'looks into a refused token at once',
      given: fault({ errorClass: 'Auth' }),
      count: 9,
      random: 0.9,
      want: seconds(1),
    },
    { name: 'does as told', given: fault({ retryAfter: seconds(40) }), count: 1, random: 0, want: seconds(40) },
    {
      name: 'does as told, with jitter',
      given: fault({ retryAfter: seconds(40) }),
      count: 1,
      random: 0.5,
      want: seconds(45.5),
    },
  ])('$name', ({ given, count, random: share, want }) => expect(paceOf(given, count, share)).toBeCloseTo(want, -1))

  it('is between one second and five minutes', () => {
    fc.assert(
      fc.property(fc.constantFrom(...classes), failures, random, (errorClass, count, share) => {
        const pace = paceOf(fault({ errorClass }), count, share)
        expect(pace).toBeGreaterThanOrEqual(seconds(1))
        expect(pace).toBeLessThanOrEqual(minutes(5))
      }),
    )
  })

  it('never comes earlier than told', () => {
    fc.assert(
      fc.property(fc.nat(minutes(60)), failures, random, (retryAfter, count, share) => {
        expect(paceOf(fault({ retryAfter }), count, share)).toBeGreaterThanOrEqual(retryAfter)
      }),
    )
  })
})

describe('faultOf', () => {
  it('keeps what a provider said', () => {
    const error = new HcloudError({
      errorClass: 'Throttled',
      code: 'rate_limit_exceeded',
      message: 'Cannot GET /servers at Hetzner: status 429',
      remedy: 'Nothing to do.',
      retryAfter: 7_000,
      correlationID: 'c0ffee00',
    })
    expect(faultOf(error)).toEqual({
      errorClass: 'Throttled',
      code: 'rate_limit_exceeded',
      message: error.message,
      remedy: 'Nothing to do.',
      retryAfter: 7_000,
      correlationID: 'c0ffee00',
    })
  })

  it.each([
    { name: 'with a reason', reason: 'InternalError', code: 'InternalError' },
    { name: 'without any', reason: '', code: 'http_500' },
  ])("takes the API server's no for passing trouble, $name", ({ reason, code }) => {
    const error = new ApiError('Cannot PATCH', { status: 500, reason, retryAfter: 3_000 })
    expect(faultOf(error)).toMatchObject({ errorClass: 'Transient', code, retryAfter: 3_000 })
  })

  it.each([
    { name: 'an error', thrown: new TypeError('x is not a function'), message: 'x is not a function' },
    { name: 'a text', thrown: 'oops', message: 'oops' },
    { name: 'nothing', thrown: undefined, message: 'undefined' },
  ])('takes a surprise for a bug: $name', ({ thrown, message }) => {
    expect(faultOf(thrown)).toMatchObject({ errorClass: 'Bug', code: 'unexpected', message })
  })
})
