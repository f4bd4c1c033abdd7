// Events, put together: what the reconcilers tell goes through the redaction gate and the recorder to the API server.

import { hostname } from 'node:os'
import type { Logger } from 'pino'
import { GROUP } from './api/project.ts'
import { type Clock, seconds } from './clock.ts'
import { createEventRecorder, type EventOutcome } from './controller/events/event-recorder.ts'
import { createEvents } from './kube/events.ts'
import type { Transport } from './kube/transport.ts'
import { type Tell, teller } from './reconcilers/project-event.ts'

export interface Telling {
  readonly tell: Tell
  /** Gives what waits one second more. */
  stop(): Promise<void>
}

export interface TellingDeps {
  readonly transport: Transport
  readonly clock: Clock
  /** In [0, 1). */
  readonly random: () => number
  readonly redactor: { clean(text: string): string }
  readonly log: Logger
  readonly metrics: { event(outcome: EventOutcome): void }
}

export function createTelling({ transport, clock, random, redactor, log, metrics }: TellingDeps): Telling {
  const { record, stop } = createEventRecorder({
    // In a pod the host is called like the pod.
    sink: createEvents(transport, { controller: `${GROUP}/operator`, instance: hostname() }),
    clock,
    random,
    redact: redactor.clean,
    onOutcome: metrics.event,
    onError: (error) => log.debug({ err: error }, 'An event could not be written'),
  })
  return { tell: teller(record), stop: () => stop(seconds(1)) }
}
