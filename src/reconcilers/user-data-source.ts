// The user data that a server of this Project is created with, as of now: the user's part from where the spec says, and our files.

import { isForbidden } from '../kube/api-error.ts'
import { accessOf, type KeyMaterial, type Pass } from './pass.ts'
import { readConfigMap, readSecret } from './recent-reads.ts'
import { contractFiles, type ServerFile } from './server-files.ts'
import { composeUserData, UserDataTooLarge } from './user-data.ts'
import { UnsupportedUserData } from './user-part.ts'
import { webhookTarget } from './webhook-target.ts'

export type DesiredUserData = { kind: 'composed'; data: string; hash: string } | { kind: 'problem'; message: string }

/** What the files on it name. */
export interface FutureServer {
  keys: KeyMaterial
  ipv4: string
}

/** Reads at most one Secret or ConfigMap; says what is wrong where no user data can be made. */
export async function desiredUserData(pass: Pass, server: FutureServer): Promise<DesiredUserData> {
  const source = await readSource(pass)
  if (source.kind === 'problem') return source
  try {
    const { data, hash } = composeUserData({ userPart: source.text, files: (hash) => files(pass, server, hash) })
    return { kind: 'composed', data, hash }
  } catch (error) {
    const known = error instanceof UserDataTooLarge || error instanceof UnsupportedUserData
    if (known) return { kind: 'problem', message: `${error.message}.` }
    throw error
  }
}

function files(pass: Pass, { keys, ipv4 }: FutureServer, userDataHash: string | undefined): ServerFile[] {
  const { namespace, name, uid } = pass.project.metadata
  const { telegram } = accessOf(pass).tokens
  return contractFiles({
    project: { namespace, name, uid },
    webhook: webhookTarget(ipv4, pass.project.spec.telegram),
    userDataHash,
    certificate: keys.certificate,
    key: keys.key,
    ...(telegram !== undefined && { telegram: { token: telegram, secretToken: keys.secretToken } }),
    env: {},
  })
}

type Source = { kind: 'text'; text: string } | { kind: 'problem'; message: string }

async function readSource(pass: Pass): Promise<Source> {
  const { project } = pass
  const { inline, secretKeyRef, configMapKeyRef } = project.spec.workload.cloudInit
  if (inline !== undefined) return { kind: 'text', text: inline }
  const { namespace } = project.metadata
  const ref = secretKeyRef ?? configMapKeyRef
  if (ref === undefined)
    return { kind: 'problem', message: 'spec.workload.cloudInit must name where the user data is.' }
  const what = `${secretKeyRef !== undefined ? 'Secret' : 'ConfigMap'} ${ref.name}`
  try {
    const read = secretKeyRef !== undefined ? readSecret : readConfigMap
    const object = await read(pass, { namespace, name: ref.name })
    if (object === undefined)
      return {
        kind: 'problem',
        message: `${what}, which holds the user data, does not exist in namespace ${namespace}.`,
      }
    const text = object.data?.[ref.key]
    return text === undefined
      ? { kind: 'problem', message: `${what} has no key '${ref.key}', which must hold the user data.` }
      : { kind: 'text', text }
  } catch (error) {
    if (!isForbidden(error)) throw error
    return {
      kind: 'problem',
      message: `The operator may not read ${what} in namespace ${namespace}. Bind the ClusterRole botyard-project-namespace there.`,
    }
  }
}
