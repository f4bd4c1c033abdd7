// The one door to the outside: every external write of a step passes here, so that suspension and the live read (R2) cannot be forgotten.

import { seconds } from '../clock.ts'
import type { WriteOptions } from '../providers/hcloud/account.ts'
import { isHcloudError } from '../providers/hcloud/errors.ts'
import { isTelegramError } from '../providers/telegram/telegram-error.ts'
import type { Pass } from './pass.ts'
import { type Step, type Unobserved, unobserved } from './step.ts'

/** What an effect needs to be told: who it is for, how urgent it is, and when to give up. */
export type EffectOptions = WriteOptions

interface Plan<Planned extends Step> {
  lane: WriteOptions['lane']
  /** The effect makes something that must not exist twice, or points the world at us: the Project is read live first (R2). */
  fenced?: boolean
  /** What the step answers once the effect was made; shown, with a note, while the Project is suspended. */
  planned: Planned
}

/** Makes the pass's one external write and answers what was planned; answers without writing while suspended or when the Project has changed. */
export async function act<Planned extends Step>(
  pass: Pass,
  plan: Plan<Planned>,
  effect: (options: EffectOptions) => Promise<unknown>,
): Promise<Planned | Unobserved> {
  const { project, deps, signal } = pass
  if (project.spec.suspend && project.metadata.deletionTimestamp === undefined) return suspended(plan.planned)
  if (plan.fenced && !(await isUnchanged(pass))) {
    return unobserved('Retrying', 'The Project was deleted or replaced while this pass ran.', untilTheWatchTells)
  }
  try {
    await effect({ holder: project.metadata.uid, lane: plan.lane, signal })
  } catch (error) {
    if (plan.planned.kind === 'wait') pass.amiss = plan.planned.reason
    // R4: what may still land after we stopped listening is waited out before the finalizer goes.
    if ((isHcloudError(error) || isTelegramError(error)) && error.outcomeUnknown)
      deps.memory.of(project.metadata.uid).unknownCreateAt = deps.clock.monotonic()
    throw error
  }
  return plan.planned
}

/** What the live read has seen wakes the Project through the watch; looking again before that only sees the old view. */
const untilTheWatchTells = seconds(0.5)

/** R2: the Project as etcd has it now carries the same uid, and a deletion mark only if this pass knows of it. */
async function isUnchanged({ project, deps, signal }: Pass): Promise<boolean> {
  const live = await deps.projects.readLive(project.metadata, signal)
  if (live?.metadata.uid !== project.metadata.uid) return false
  return live.metadata.deletionTimestamp === undefined || project.metadata.deletionTimestamp !== undefined
}

/** How often a suspended Project that needs a write is looked at: nothing happens, but the report stays fresh. */
const suspendedPace = seconds(60)

function suspended<Planned extends Step>(planned: Planned): Planned {
  if (planned.kind !== 'wait') return planned
  return { ...planned, message: `${planned.message} Not done while spec.suspend is true.`, after: suspendedPace }
}
