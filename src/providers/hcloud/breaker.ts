// A circuit breaker: after some calls in a row that nobody answered, the next ones fail at once for a while.

import { type Clock, type Duration, seconds } from '../../clock.ts'
import { HcloudError } from './errors.ts'

const failuresToOpen = 5
const firstPause: Duration = seconds(5)
const longestPause: Duration = seconds(30)

export interface Attempt {
  succeeded(): void
  failed(): void
  /** It says nothing about the provider. */
  abandoned(): void
}

export interface Breaker {
  /** Throws HcloudError `circuit_open` while the circuit is open. After the pause one call at a time may try. */
  enter(): Attempt
}

export function createBreaker({ clock, random }: { clock: Clock; random: () => number }): Breaker {
  let failures = 0
  let pause = firstPause
  let openUntil: Duration | undefined
  let probing = false

  function open(): void {
    openUntil = clock.monotonic() + pause * (0.75 + random() / 4)
    pause = Math.min(pause * 2, longestPause)
  }

  function close(): void {
    failures = 0
    pause = firstPause
    openUntil = undefined
  }

  return {
    enter() {
      const now = clock.monotonic()
      if (openUntil !== undefined && (now < openUntil || probing))
        throw circuitOpen(Math.max(openUntil - now, seconds(1)))
      const isProbe = openUntil !== undefined
      if (isProbe) probing = true
      const ended = () => {
        if (isProbe) probing = false
      }
      return {
        succeeded() {
          ended()
          close()
        },
        failed() {
          ended()
          failures += 1
          if (isProbe || (openUntil === undefined && failures >= failuresToOpen)) open()
        },
        abandoned: ended,
      }
    },
  }
}

const circuitOpen = (retryAfter: Duration) =>
  new HcloudError({
    errorClass: 'Transient',
    code: 'circuit_open',
    message: 'Cannot call Hetzner: the last calls were not answered',
    remedy: 'Nothing to do: it is tried again.',
    retryAfter: Math.ceil(retryAfter),
  })
