// Which changes of a status are worth an event. Pure: compares what the status said with what it says now.

import { type Condition, getCondition } from '../api/conditions.ts'
import type { ProjectStatus } from '../api/project.ts'
import type { ConditionType } from '../api/reasons.ts'
import * as events from './events.ts'
import type { ProjectEvent } from './project-event.ts'

type Find = (type: ConditionType) => Condition | undefined

const finder =
  (status: ProjectStatus | undefined): Find =>
  (type) =>
    getCondition(status?.conditions ?? [], type)

/** `before` is what the API server had, and `after` what replaced it: so each change is told once, whatever is repeated. */
export function transitionsBetween(before: ProjectStatus | undefined, after: ProjectStatus): ProjectEvent[] {
  const [was, is] = [finder(before), finder(after)]
  return [...progressEvents(was, is), ...readyEvents(was, is, after.summary), ...inSyncEvents(was, is)]
}

/** Both Stalled and Ready repeat the step that blocks: one event says it. A deletion is no bad news. */
function readyEvents(was: Find, is: Find, summary = ''): ProjectEvent[] {
  const [old, now] = [was('Ready'), is('Ready')]
  if (now?.status === 'True') return old?.status === 'True' ? [] : [events.becameReady({ summary })]
  const isTold = progressEvents(was, is).length > 0 || is('Reconciling')?.reason === 'Deleting'
  return old?.status === 'True' && now !== undefined && !isTold ? [events.becameUnready(now)] : []
}

function progressEvents(was: Find, is: Find): ProjectEvent[] {
  const stalled = is('Stalled')
  if (stalled !== undefined) return was('Stalled')?.reason === stalled.reason ? [] : [events.stalled(stalled)]
  const waits = (find: Find) => find('Reconciling')?.reason === 'WaitingForCapacity'
  const waiting = is('Reconciling')
  return waiting !== undefined && waits(is) && !waits(was) ? [events.outOfCapacity(waiting)] : []
}

function inSyncEvents(was: Find, is: Find): ProjectEvent[] {
  const [old, now] = [was('InSync'), is('InSync')]
  if (now === undefined || old?.reason === now.reason) return []
  if (now.reason === 'Suspended') return [events.suspended()]
  const resumed = old?.reason === 'Suspended' ? [events.resumed()] : []
  return now.reason === 'DriftReported' ? [...resumed, events.drifted(now)] : resumed
}
