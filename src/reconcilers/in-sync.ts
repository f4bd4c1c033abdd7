// Judges InSync: whether what runs is what the spec and everything behind its references say. Reports; never replaces.

import { getCondition } from '../api/conditions.ts'
import type { ReasonOf } from '../api/reasons.ts'
import { addressOf, type Pass } from './pass.ts'
import { desiredUserData } from './user-data-source.ts'

export type InSync =
  | { status: 'True'; reason: ReasonOf<'InSync', 'True'>; message: string }
  | { status: 'False'; reason: ReasonOf<'InSync', 'False'>; message: string }
  | { status: 'Unknown'; reason: ReasonOf<'InSync', 'Unknown'>; message: string }

/** Asked once a pass, after the steps. Undefined keeps what was judged before: this pass did not get far enough to say. */
export async function judgeInSync(pass: Pass): Promise<InSync | undefined> {
  const { project, draft, keys, keysLost } = pass
  if (keysLost !== undefined) return { status: 'False', reason: 'UpdateFailed', message: keysLost }
  if (project.spec.suspend)
    return { status: 'Unknown', reason: 'Suspended', message: 'Nothing is written outside while spec.suspend is true.' }
  const created = draft.server?.userDataHash
  const serves = getCondition(draft.conditions ?? [], 'WorkloadReady')?.status === 'True'
  if (keys === undefined || !created || !serves) return undefined

  const wanted = await desiredUserData(pass, { keys, ipv4: addressOf(pass).ipv4 })
  if (wanted.kind === 'problem') return { status: 'False', reason: 'DriftReported', message: wanted.message }
  // A label has room for most of a hash.
  if (!wanted.hash.startsWith(created)) return { status: 'False', reason: 'DriftReported', message: drifted }
  return { status: 'True', reason: 'UpToDate', message: 'What runs is what the spec says.' }
}

const drifted =
  'The user data is another one than the server was created with: the content of a Secret or ConfigMap that spec refers to has changed, or a newer operator composes it differently. ' +
  'The server goes on as it is; delete it at Hetzner to have it created anew on its address.'
