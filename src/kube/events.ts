// Events at the API server, in the group that `kubectl events` and `kubectl describe` read: created once, then only counted.

import { isAlreadyExists, isApiError } from './api-error.ts'
import type { Transport } from './transport.ts'

/** One event as it is written. */
export interface EventToWrite {
  readonly regarding: {
    readonly apiVersion: string
    readonly kind: string
    /** None: the object belongs to the cluster. */
    readonly namespace?: string | undefined
    readonly name: string
    readonly uid: string
  }
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  readonly action: string
  /** Longer ones are cut. */
  readonly note: string
  /** Milliseconds since the epoch. */
  readonly firstAt: number
  readonly lastAt: number
  readonly count: number
  /** Makes its name one of its own; lower-case letters and digits. */
  readonly serial: string
}

/** All reject when the same may succeed later, and answer `refused` when the API server will never take it. */
export interface Events {
  create(event: EventToWrite, signal: AbortSignal): Promise<'written' | 'refused'>
  /** `gone`: it has expired, or was deleted. */
  updateCount(event: EventToWrite, signal: AbortSignal): Promise<'written' | 'gone' | 'refused'>
}

/** Whoever reports: a qualified name, and which of its processes. */
export interface EventReporter {
  readonly controller: string
  readonly instance: string
}

const apiVersion = 'events.k8s.io/v1'
/** In bytes; the API server refuses longer ones. */
const noteLimit = 1_024
const instanceLimit = 128

export function createEvents(transport: Transport, reporter: EventReporter): Events {
  const bodyOf = (event: EventToWrite) => ({
    apiVersion,
    kind: 'Event',
    metadata: { name: nameOf(event), namespace: namespaceOf(event) },
    eventTime: microTime(event.firstAt),
    type: event.type,
    reason: event.reason,
    action: event.action,
    note: cutToBytes(event.note, noteLimit),
    regarding: event.regarding,
    reportingController: reporter.controller,
    reportingInstance: cutToBytes(reporter.instance, instanceLimit),
    ...(event.count > 1 && { series: seriesOf(event) }),
  })

  return {
    async create(event, signal) {
      try {
        await transport.request({ method: 'POST', path: pathOf(event), body: bodyOf(event), signal })
      } catch (error) {
        // The name is this event's own: an earlier try has written it, and its answer was lost.
        return isAlreadyExists(error) ? 'written' : refusedFor(error)
      }
      return 'written'
    },
    async updateCount(event, signal) {
      const path = `${pathOf(event)}/${nameOf(event)}`
      const contentType = 'application/merge-patch+json'
      try {
        await transport.request({ method: 'PATCH', path, body: { series: seriesOf(event) }, contentType, signal })
      } catch (error) {
        return isApiError(error) && error.status === 404 ? 'gone' : refusedFor(error)
      }
      return 'written'
    },
  }
}

/** What the API server will not take later either: a namespace that is ending, a right that is missing, a wrong field. */
function refusedFor(error: unknown): 'refused' {
  const isFinal =
    isApiError(error) && error.status >= 400 && error.status < 500 && !laterStatuses.includes(error.status)
  if (!isFinal) throw error
  return 'refused'
}

/** Credentials that are being renewed, a time-out, a limit. */
const laterStatuses: readonly number[] = [401, 408, 429]

const seriesOf = ({ count, lastAt }: EventToWrite) => ({ count, lastObservedTime: microTime(lastAt) })

/** Events of what belongs to the cluster live where kubectl looks for them. */
const namespaceOf = ({ regarding }: EventToWrite): string => regarding.namespace ?? 'default'

const pathOf = (event: EventToWrite): string => `/apis/${apiVersion}/namespaces/${namespaceOf(event)}/events`

const longestName = 253

const nameOf = ({ regarding, serial }: EventToWrite): string =>
  `${regarding.name.slice(0, longestName - serial.length - 1)}.${serial}`

/** Kubernetes' MicroTime has six digits, always. */
const microTime = (instant: number): string => new Date(instant).toISOString().replace('Z', '000Z')

/** Never through a character, and with an ellipsis where it was cut. */
function cutToBytes(text: string, limit: number): string {
  const wellFormed = text.toWellFormed()
  if (Buffer.byteLength(wellFormed) <= limit) return wellFormed
  const ellipsis = '…'
  const room = Buffer.alloc(limit - Buffer.byteLength(ellipsis))
  const { read } = new TextEncoder().encodeInto(wellFormed, room)
  return wellFormed.slice(0, read) + ellipsis
}
