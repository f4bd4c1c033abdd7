// What a story is: where it begins, what somebody does, when it has come to its end.

import { setTimeout as delay } from 'node:timers/promises'
import type { Point } from '../proxy/recorder.ts'
import type { KubeObject } from '../support/control-plane.ts'
import { waitFor } from '../support/control-plane.ts'
import { conditionOf } from '../support/test-lab.ts'
import type { EndState } from './differences.ts'
import type { Stage } from './stage.ts'

export interface Story {
  /** Also the name of its trace file. */
  name: string
  about: string
  /** How the world is before the operator starts. */
  given?(stage: Stage): void
  /** Before anything is recorded; an operator watches already. Without it the story begins with nothing. */
  prepare?(stage: Stage): Promise<void>
  /** What somebody does. It may wait for what the operator does then, by looking at the world. */
  act(stage: Stage): Promise<void>
  /** What somebody does in the middle: when this call was answered, or when the operator died before. */
  meanwhile?: { at(point: Point): boolean; act(stage: Stage): Promise<void> }
  /** The end; asked again and again. */
  settled(stage: Stage): Promise<boolean>
  /** Calls that are answered as far as somebody else has come by then: the trace does not hold what is answered. */
  answersVary?(point: Point): boolean
  /** Another end that is as good, for a story that may be cut short: made from the undisturbed one. */
  orEnds?(end: EndState): EndState
  /** One that is killed in many places or waits for long: it is told in `make test-long`. */
  isLong?: true
  /** The Project is being deleted from `act` (or `meanwhile`) on. */
  deletes?: true
}

export const isReady = (project: KubeObject | undefined): boolean => conditionOf(project, 'Ready')?.status === 'True'

/** The operator has seen the spec and the request that are there now. */
export function isHandled(project: KubeObject | undefined): project is KubeObject {
  if (project?.['status'] === undefined) return false
  const { status, metadata } = project
  const asked = metadata.annotations?.['botyard.dev/reconcile-requested-at']
  const isAnswered = asked === undefined || status.lastHandledReconcileAt === asked
  return isAnswered && status.observedGeneration === metadata.generation
}

export const isCurrentlyReady = (project: KubeObject | undefined): boolean =>
  isHandled(project) && isReady(project) && conditionOf(project, 'Reconciling') === undefined

/** Ready, and rightly so. */
export async function isServing(stage: Stage): Promise<boolean> {
  const project = await stage.project()
  const server = ourServer(stage)
  const runs = server?.status === 'running' && project?.['status']?.server?.id === server.id
  return runs && isCurrentlyReady(project) && ourBot(stage)?.webhook?.url === project?.['status'].telegram.url
}

export const isGone = async (stage: Stage): Promise<boolean> => (await stage.project()) === undefined

/** The user applies the Project and waits until it is Ready. */
export async function createReady(stage: Stage): Promise<void> {
  await stage.arena.api.create(stage.manifest)
  await waitFor('Ready', async () => isCurrentlyReady(await stage.project()), { within: 30_000, every: 20 })
}

/** Longer than anything that the operator takes for granted for a moment: that its token is good, 2 s; that lists lag. */
const hasteMs = 2_500

/** The same, and nothing is left of the haste in which it was made: what somebody does next is no surprise in mid-work. */
export async function createLongReady(stage: Stage): Promise<void> {
  await createReady(stage)
  await untilCalm()
}

/** Until nothing is waited for any more that an earlier process may have begun. */
export const untilCalm = (): Promise<void> => delay(hasteMs)

export const account = ({ world, tenant }: Stage) => world.hcloud.control.project(tenant.hetznerToken)

/** The only server with our labels. */
export const ourServer = (stage: Stage) =>
  account(stage)?.servers.find(({ labels }) => labels['botyard.dev/namespace'] === stage.tenant.namespace)

export const ourBot = ({ world, tenant }: Stage) => world.telegram.simulator.registry.get(tenant.botID)

/** As the users' guide says: look at it now. */
export async function askForPass({ arena, manifest }: Stage): Promise<void> {
  const annotations = { 'botyard.dev/reconcile-requested-at': new Date().toISOString() }
  await arena.api.patch(manifest, { metadata: { annotations } })
}
