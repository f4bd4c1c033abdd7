// Runs actions: progress by the clock, locks on the servers involved, and one after another where one waits for the other.

import type { Clock } from '../kit/clock.ts'
import type { Action, HetznerProject, Lockable } from './state.ts'
import { timestamp } from './timestamp.ts'

export interface ActionError {
  code: string
  message: string
}

/** What a fault changes about an action. */
export interface ActionFault {
  error?: ActionError
  seconds?: number
}

export interface Work {
  command: string
  resources: Action['resources']
  seconds: number
  /** What is locked while it runs. */
  locks: readonly Lockable[]
  /** It has ended when the answer is given. */
  instant?: boolean
  /** It begins when this one has succeeded, and fails when this one fails. */
  after?: Action
  begin?(): void
  succeed(): void
  fail?(): void
}

export interface Actions {
  start(project: HetznerProject, work: Work): Action
  /** Ends with an error every running action on a resource that is no more. */
  abandon(project: HetznerProject, resource: { type: string; id: number }): void
  /** What an answer shows of it. */
  view(action: Action): object
}

export interface ActionsDeps {
  clock: Clock
  nextID(): number
  /** Takes the fault that is set for the next action of this command, if any. */
  takeFault(command: string): ActionFault | undefined
  /** Told after each beginning and end. */
  changed(project: HetznerProject): void
}

interface Open {
  project: HetznerProject
  action: Action
  work: Work
  waiting: Open[]
  cancel(): void
}

export function createActions({ clock, nextID, takeFault, changed }: ActionsDeps): Actions {
  const open = new Map<number, Open>()

  function begin(entry: Open): void {
    const { action, work } = entry
    if (!open.has(action.id)) return
    const fault = takeFault(work.command)
    action.seconds = fault?.seconds ?? work.seconds
    action.begun = clock.now()
    work.begin?.()
    const finish = () => end(entry, fault?.error)
    if (work.instant && fault === undefined) finish()
    else entry.cancel = clock.schedule(action.seconds * 1000, finish)
  }

  function end(entry: Open, error: ActionError | undefined): void {
    const { project, action, work } = entry
    if (!open.delete(action.id)) return
    entry.cancel()
    action.status = error === undefined ? 'success' : 'error'
    action.error = error ?? null
    action.finished = clock.now()
    for (const locked of work.locks) locked.runningActions -= 1
    if (error === undefined) work.succeed()
    else work.fail?.()
    releaseNext(entry)
    changed(project)
  }

  function releaseNext({ action, waiting }: Open): void {
    for (const next of waiting) {
      if (action.status === 'success') begin(next)
      else end(next, { code: 'action_failed', message: `the action ${action.command} before it failed` })
    }
  }

  return {
    start(project, work) {
      const action = newAction(work, { id: nextID(), now: clock.now() })
      const entry: Open = { project, action, work, waiting: [], cancel: () => {} }
      project.actions.set(action.id, action)
      open.set(action.id, entry)
      for (const locked of work.locks) locked.runningActions += 1
      const before = work.after && open.get(work.after.id)
      if (before === undefined) begin(entry)
      else before.waiting.push(entry)
      return action
    },

    abandon(project, { type, id }) {
      const touched = [...open.values()].filter(
        (entry) =>
          entry.project === project && entry.action.resources.some((one) => one.type === type && one.id === id),
      )
      for (const entry of touched) {
        entry.work = { ...entry.work, succeed: () => {}, fail: () => {} }
        end(entry, { code: 'action_failed', message: `${type} with ID '${id}' not found` })
      }
    },

    view: (action) => viewOf(action, clock.now()),
  }
}

const newAction = ({ command, seconds, resources }: Work, { id, now }: { id: number; now: number }): Action => ({
  id,
  command,
  status: 'running',
  started: now,
  begun: null,
  seconds,
  finished: null,
  resources,
  error: null,
})

const viewOf = (action: Action, now: number): object => ({
  id: action.id,
  command: action.command,
  status: action.status,
  progress: progressOf(action, now),
  started: timestamp(action.started),
  finished: action.finished === null ? null : timestamp(action.finished),
  resources: action.resources,
  error: action.error,
})

/** 100 only at success: clients may take it for the end. */
function progressOf(action: Action, now: number): number {
  if (action.status === 'success') return 100
  if (action.begun === null || action.seconds === 0) return 0
  const share = ((action.finished ?? now) - action.begun) / (action.seconds * 1000)
  return Math.max(0, Math.min(99, Math.floor(share * 100)))
}
