// The conditions of a Project as a table: drawn again in place on a terminal, else one line for each that has changed.

import type { KubeObject } from '../control-plane/api.ts'
import { figureLine, inSeconds } from './gutter.ts'
import type { Paint } from './screen.ts'
import { type Condition, conditionsOf, summaryOf, type Timeline } from './timeline.ts'

/** In the order in which they come true; Reconciling and Stalled come and go, and the last line tells of them. */
const rows = ['CredentialsReady', 'AddressReady', 'ServerReady', 'WorkloadReady', 'WebhookReady', 'InSync', 'Ready']

export interface TableView {
  timeline: Timeline
  /** What the figures count from, and the present, in milliseconds of one clock. */
  since: number
  now: number
  paint: Paint
}

/** Always as many lines, so that nothing jumps. */
export function conditionTable({ timeline, since, now, paint }: TableView): string[] {
  const conditions = conditionsOf(timeline.project)
  const lines = rows.map((type) => {
    const condition = conditions.find((one) => one.type === type)
    const at = timeline.trueSince[type]
    return figureLine(at === undefined ? '' : inSeconds(at - since), cells(type, condition, paint))
  })
  return [...lines, figureLine(inSeconds(now - since), summaryOf(timeline.project))]
}

/** A line for each condition that differs, and one for the summary when that does. */
export function changedLines(before: KubeObject | undefined, view: TableView): string[] {
  const { timeline, since, now, paint } = view
  const { project } = timeline
  const old = before === undefined ? [] : conditionsOf(before)
  const changed = conditionsOf(project).filter(
    (one) => rows.includes(one.type) && !old.some((was) => was.type === one.type && isSame(was, one)),
  )
  const ordered = changed.toSorted((a, b) => rows.indexOf(a.type) - rows.indexOf(b.type))
  const lines = ordered.map((one) => cells(one.type, one, paint))
  if (before === undefined || summaryOf(before) !== summaryOf(project)) lines.push(summaryOf(project))
  return lines.filter((line) => line !== '').map((line) => figureLine(inSeconds(now - since), line))
}

const isSame = (a: Condition, b: Condition): boolean => a.status === b.status && a.reason === b.reason

function cells(type: string, condition: Condition | undefined, paint: Paint): string {
  const name = type === 'Ready' ? paint('bold', type.padEnd(18)) : type.padEnd(18)
  if (condition === undefined) return name
  const style = styles[condition.status]
  return `${name}${paint(style, condition.status.padEnd(9))}${paint('dim', condition.reason)}`
}

const styles = { True: 'green', False: 'yellow', Unknown: 'dim' } as const
