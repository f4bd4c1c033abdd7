// Gives up a server whose creation failed and that never ran: deleted and tried again, a few times. Part of the server step.

import { getCondition } from '../api/conditions.ts'
import { parseDuration } from '../api/duration.ts'
import { act } from './act.ts'
import { serverDiscarded } from './events.ts'
import { beginOperation } from './operation.ts'
import { accessOf, type Pass } from './pass.ts'
import { discardPause, type ServerDecision } from './server-decision.ts'
import { blocked, type Step, wait } from './step.ts'

/** So many creations may fail in a row; then a person must look. */
const attempts = 3

/** A change of the spec begins a new row of tries. */
const attemptOf = ({ project, draft }: Pass): number =>
  project.status?.observedGeneration === project.metadata.generation ? (draft.operation?.attempt ?? 1) : 1

export async function discard(
  pass: Pass,
  { server: found, why }: Extract<ServerDecision, { kind: 'discard' }>,
): Promise<Step<'ServerReady'>> {
  const attempt = attemptOf(pass)
  if (attempt >= attempts) {
    return blocked(
      'ActionFailed',
      `Hetzner failed to create server ${found.name} ${attempts} times: ${why}. Delete it at Hetzner, or change spec.server, to have it tried again.`,
    )
  }
  const planned = wait(
    'ActionFailed',
    `Hetzner failed to create server ${found.name}: ${why}. It is deleted and created again.`,
    discardPause(attempt),
  )
  const { account } = accessOf(pass)
  return act(pass, { lane: 'create', planned }, async (options) => {
    const deleted = await account.servers.delete(found.id, options)
    if (deleted !== undefined) pass.deps.tell(pass.project, serverDiscarded({ name: found.name, why }))
    beginOperation(pass, {
      kind: 'Discard',
      actionIDs: deleted === undefined ? [] : [deleted],
      limit: parseDuration(pass.project.spec.timeouts.create),
      attempt: attempt + 1,
    })
    // It never ran: nothing is bound to it, neither the address nor what the spec may still change.
    delete pass.draft.server
  })
}

/** What is still worth saying while the failed server goes and the next try waits for its time. */
export function lastFailure({ draft }: Pass): string {
  const condition = getCondition(draft.conditions ?? [], 'ServerReady')
  return condition?.reason === 'ActionFailed'
    ? condition.message
    : 'Hetzner failed to create the server. It is created again.'
}
