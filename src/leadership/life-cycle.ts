// The order in which a process begins and ends its work: caches, leadership, work; and at the end work first, then the
// leadership. Told to stop it ends what it began; without its lease it lets nothing go on.

import { type Clock, seconds, sleep } from '../clock.ts'
import type { Controller } from '../controller/controller.ts'
import type { Leadership } from './leadership.ts'

export interface LifeCycleDeps {
  readonly controller: Pick<Controller, 'start' | 'stop' | 'active'>
  readonly leadership: Pick<Leadership, 'lost' | 'release'>
  readonly clock: Clock
  /** Work has begun. */
  readonly onWorking: () => void
  /** All runs have ended, or cannot be ended: whatever else may still call is to be closed. */
  readonly close: () => Promise<unknown>
}

/** The fence has let nothing begin since before; what has begun gets so long to end. */
const lossGrace = seconds(5)

/** Resolves after a clean stop; rejects when the work could not begin, or the leadership is lost. */
export async function live({ controller, leadership, clock, onWorking, close }: LifeCycleDeps, signal: AbortSignal) {
  // Also while Projects cannot be listed: what never became ready must end as soon as it is told to.
  const stopped = untilAborted(signal).then(() => controller.stop())
  const lost = leadership.lost.then(async (why) => {
    await Promise.race([controller.stop(0), sleep(clock, lossGrace)])
    throw new Error(`Cannot lead any longer: ${why}`)
  })
  await Promise.race([lost, controller.start()]).catch((error: unknown) => {
    if (!signal.aborted) throw error
  })
  if (!signal.aborted) onWorking()
  await Promise.race([lost, stopped])
  await close()
  // A run that ignores its signal may still write: then the lease runs out by itself.
  if (controller.active === 0) await leadership.release()
}

const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) =>
    signal.aborted ? resolve() : signal.addEventListener('abort', () => resolve(), { once: true }),
  )
