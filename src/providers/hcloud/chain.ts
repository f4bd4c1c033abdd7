// The path of every call to Hetzner: a line of small handlers whose order is stated once, here.

import { type Clock, type Duration, seconds } from '../../clock.ts'
import type { Answer, Fetch, Handler } from './exchange.ts'
import { authorize } from './handlers/authorize.ts'
import { guardCircuit } from './handlers/guard-circuit.ts'
import { interpret } from './handlers/interpret.ts'
import { learnAboutToken } from './handlers/learn-about-token.ts'
import { type HcloudMetrics, measure } from './handlers/measure.ts'
import { reserveBudget } from './handlers/reserve-budget.ts'
import { retryReads } from './handlers/retry-reads.ts'
import { send } from './handlers/send.ts'
import { timeout } from './handlers/timeout.ts'

/** R3: below the lease duration, so that a call of a lost leader has ended before the next leader begins. */
const longestCall: Duration = seconds(10)

export interface ChainDeps {
  clock: Clock
  fetch: Fetch
  /** R3: how long a call that begins now may take, by the age of the lease; 0: none may begin. Without it, 10 s. */
  allowance?: (() => Duration) | undefined
  /** The gate for texts that others wrote; the call's own token is taken out in any case. */
  redact: (text: string) => string
  metrics?: HcloudMetrics | undefined
}

/** Rejects with HcloudError and nothing else. */
export function createChain({ clock, fetch, allowance, redact, metrics }: ChainDeps): Handler<Answer> {
  const limit = () => Math.min(longestCall, allowance?.() ?? longestCall)
  // Outermost first in reading order; the wire is the last line.
  return (
    // Counts what the caller sees: the retry inside is part of one call.
    measure(metrics)(
      // Once, for reads, at once. Outside the budget, because the second try costs as much as the first.
      retryReads(
        // A dead provider is left alone before anything is spent on it.
        guardCircuit(
          // Takes or throws; never waits. Learns from every answer, refusals too, so it is outside `interpret`.
          reserveBudget(
            // Tells the account what the answer says about the token, whoever the call was for.
            learnAboutToken(
              // Covers the body as well, so everything that reads from the wire is inside.
              timeout({ clock, limit })(
                // Reads the body to its end and turns anything but a complete, well-formed 2xx into a typed error.
                interpret({ redact })(
                  // Last before the wire: no other handler ever sees the token in a header.
                  authorize(
                    // Looks at the clock once more: a process that was frozen and thawed sends nothing late (R3).
                    send({ clock, fetch }),
                  ),
                ),
              ),
            ),
          ),
        ),
      ),
    )
  )
}
