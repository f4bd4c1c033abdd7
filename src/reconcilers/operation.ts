// What we have begun at Hetzner and not seen the end of: put into the status, and followed from that moment.

import { timestamp } from '../api/conditions.ts'
import type { Duration } from '../clock.ts'
import type { Action } from '../providers/hcloud/domain.ts'
import { accessOf, type Pass } from './pass.ts'

export interface Begun {
  kind: 'Create' | 'Discard' | 'PowerOn' | 'Shutdown' | 'Delete'
  actionIDs: readonly number[]
  /** When it counts as too slow. */
  limit: Duration
  /** Which try of a creation this belongs to; by default the one before it. */
  attempt?: number
}

/** Records the operation; the shared poll wakes the Project when one of its actions ends. */
export function beginOperation(pass: Pass, { kind, actionIDs, limit, attempt }: Begun): void {
  const { draft, deps } = pass
  const now = deps.clock.now()
  draft.operation = {
    kind,
    actionIDs: [...actionIDs],
    startedAt: timestamp(now),
    deadline: timestamp(now + limit),
    attempt: attempt ?? draft.operation?.attempt ?? 1,
  }
  followOperation(pass)
}

/** What is known of the operation's actions: undefined while they have not been read, none when there is no operation. */
export function followOperation(pass: Pass): readonly Action[] | undefined {
  const ids = pass.draft.operation?.actionIDs ?? []
  return ids.length === 0 ? [] : accessOf(pass).account.actions.follow(ids, pass.project.metadata.uid)
}

export function endOperation({ draft }: Pass): void {
  delete draft.operation
}
