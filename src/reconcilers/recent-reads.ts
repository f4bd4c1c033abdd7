// Passes follow one another within milliseconds while a Project is created: what a Secret or ConfigMap said is not asked again at once.

import { seconds } from '../clock.ts'
import type { ConfigMap } from '../kube/config-maps.ts'
import type { Secret } from '../kube/secrets.ts'
import type { Pass } from './pass.ts'

interface Ref {
  namespace: string
  name: string
}

/** So long an answer is good for; only for Projects whose credentials were good in the last pass (see `lookAnew`). */
const goodFor = seconds(10)

/** As `secrets.get`, but perhaps up to ten seconds old. */
export const readSecret = (pass: Pass, ref: Ref): Promise<Secret | undefined> =>
  recent(pass, nameOf('Secret', ref), () => pass.deps.secrets.get(ref, pass.signal))

/** Creates the Secret, or replaces the content of the one that was read; what the API server answers is good for the next pass. */
export async function saveSecret(pass: Pass, secret: Secret, existing: Secret | undefined): Promise<void> {
  const { project, deps, signal } = pass
  const { reads } = deps.memory.of(project.metadata.uid)
  const what = nameOf('Secret', secret.metadata)
  reads.delete(what)
  const at = deps.clock.monotonic()
  const value =
    existing === undefined
      ? await deps.secrets.create(secret, signal)
      : await deps.secrets.update({ ...existing, data: secret.data }, signal)
  reads.set(what, { at, value })
}

/** As `configMaps.get`, under the same terms. */
export const readConfigMap = (pass: Pass, ref: Ref): Promise<ConfigMap | undefined> =>
  recent(pass, nameOf('ConfigMap', ref), () => pass.deps.configMaps.get(ref, pass.signal))

const nameOf = (kind: string, { namespace, name }: Ref): string => `${kind} ${namespace}/${name}`

/** Begins to read anew: somebody has asked for a pass, or a Secret did not serve in the last one. */
export function lookAnew({ project, deps }: Pass): void {
  deps.memory.of(project.metadata.uid).reads.clear()
}

async function recent<T>(
  { project, deps }: Pass,
  what: string,
  read: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const { reads } = deps.memory.of(project.metadata.uid)
  const known = reads.get(what)
  if (known !== undefined && deps.clock.monotonic() - known.at < goodFor) return known.value as T
  const at = deps.clock.monotonic()
  const value = await read()
  reads.set(what, { at, value })
  return value
}
