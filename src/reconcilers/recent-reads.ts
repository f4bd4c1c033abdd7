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
const goodFor = seconds(5)

/** As `secrets.get`, but perhaps up to five seconds old; absence is never remembered. */
export const readSecret = (pass: Pass, ref: Ref): Promise<Secret | undefined> =>
  recent(pass, `Secret ${ref.namespace}/${ref.name}`, () => pass.deps.secrets.get(ref, pass.signal))

/** As `configMaps.get`, under the same terms. */
export const readConfigMap = (pass: Pass, ref: Ref): Promise<ConfigMap | undefined> =>
  recent(pass, `ConfigMap ${ref.namespace}/${ref.name}`, () => pass.deps.configMaps.get(ref, pass.signal))

/** Begins to read anew: somebody has asked for a pass, a Secret did not serve in the last one, or we have just written one. */
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
  if (value === undefined) reads.delete(what)
  else reads.set(what, { at, value })
  return value
}
