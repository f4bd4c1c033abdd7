// Takes over what an earlier incarnation of this Project owns, once the `adopt` annotation names its uid: the address stays, the server goes.

import { ANNOTATIONS } from '../api/project.ts'
import { act } from './act.ts'
import { removeEscrow } from './escrow.ts'
import { addressTakenOver, formerServerDeleted } from './events.ts'
import { incarnationSelector, labelKeys, ownerLabels, resourceName } from './names.ts'
import { accessOf, type Pass } from './pass.ts'
import { again, type Step, wait } from './step.ts'

interface Labelled {
  labels: Readonly<Record<string, string>>
}

/** The next act of the take-over; undefined when nothing is asked for, or nothing is left to take. */
export async function adopt(pass: Pass): Promise<Step<'AddressReady'> | undefined> {
  const oldUID = pass.project.metadata.annotations?.[ANNOTATIONS.adopt]
  if (oldUID === undefined || oldUID === 'ignore' || oldUID === pass.project.metadata.uid) return undefined
  const isOld = ({ labels }: Labelled) => labels[labelKeys.uid] === oldUID
  return (
    (await removeOldServer(pass, isOld)) ??
    (await removeOldKey(pass, isOld)) ??
    (await takeAddress(pass, isOld, oldUID))
  )
}

type IsOld = (resource: Labelled) => boolean

/** Its keys are lost with its Project, so it cannot serve: the annotation is the consent to delete it. */
async function removeOldServer(pass: Pass, isOld: IsOld): Promise<Step<'AddressReady'> | undefined> {
  const { account } = accessOf(pass)
  const old = (await account.servers.all(incarnationSelector(pass.project.metadata), pass.signal)).find(isOld)
  if (old === undefined) return undefined
  const planned = wait(
    'Allocating',
    `Server ${old.name} of the earlier Project is being deleted; its address is taken over.`,
    pass.deps.settings.intervals.removal,
  )
  if (old.status === 'deleting' || old.locked) return planned
  return act(pass, { lane: 'create', fenced: true, planned }, async (options) => {
    if ((await account.servers.delete(old.id, options)) !== undefined)
      pass.deps.tell(pass.project, formerServerDeleted(old))
  })
}

async function removeOldKey(pass: Pass, isOld: IsOld): Promise<Step<'AddressReady'> | undefined> {
  const { account } = accessOf(pass)
  const old = (await account.sshKeys.all(incarnationSelector(pass.project.metadata), pass.signal)).find(isOld)
  if (old === undefined) return undefined
  const planned = again('Allocating', `The throw-away SSH key ${old.name} of the earlier Project is being deleted.`)
  return act(pass, { lane: 'create', fenced: true, planned }, (options) => account.sshKeys.delete(old.id, options))
}

async function takeAddress(pass: Pass, isOld: IsOld, oldUID: string): Promise<Step<'AddressReady'> | undefined> {
  const { project, deps, signal } = pass
  const { account } = accessOf(pass)
  const old = (await account.primaryIPs.all(incarnationSelector(project.metadata), signal)).find(isOld)
  if (old === undefined) return undefined
  await removeEscrow(pass, oldUID)
  const { cluster } = deps.identity
  const labels = { ...old.labels, ...ownerLabels(cluster, project.metadata) }
  const planned = again('Allocating', `${old.ip} of the earlier Project is being taken over.`)
  return act(pass, { lane: 'create', fenced: true, planned }, async (options) => {
    await account.primaryIPs.update(old.id, { name: resourceName(cluster, project.metadata), labels }, options)
    deps.tell(project, addressTakenOver(old))
  })
}
