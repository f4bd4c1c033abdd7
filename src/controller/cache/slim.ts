// Objects without what no reader needs: managedFields, which only the API server looks at, and the thousands of copies that a
// parser makes of the few things that conditions say. A third of the heap goes, and a change costs no more.

import type { KubernetesObject } from '../kubernetes-object.ts'
import type { Transform } from './transformed.ts'

/** As most kinds have them; an object may hold anything there. */
interface WithConditions {
  readonly status?: { readonly conditions?: unknown }
}

interface Condition {
  type?: unknown
  reason?: unknown
  message?: unknown
  lastTransitionTime?: unknown
}

/** A longer one quotes something, and is hardly said twice. */
const longestShared = 256
/** Strings that a generation remembers. What nobody says during two of them is forgotten. */
const generation = 4_096

/** For objects that nobody else holds, since they are changed in place. */
export function createSlim<T extends KubernetesObject>(): Transform<T> {
  const share = createStringPool()

  /** Member by member: a loop over all that an object holds would cost more than to parse it. */
  function shareStrings(condition: Condition): void {
    if (typeof condition.type === 'string') condition.type = share(condition.type)
    if (typeof condition.reason === 'string') condition.reason = share(condition.reason)
    if (typeof condition.message === 'string') condition.message = share(condition.message)
    const { lastTransitionTime: time } = condition
    if (typeof time === 'string') condition.lastTransitionTime = share(time)
  }

  return (object) => {
    dropManagedFields(object)
    const conditions = (object as WithConditions).status?.conditions
    if (Array.isArray(conditions)) for (const condition of conditions) if (condition) shareStrings(condition)
    return object
  }
}

/** Set to undefined, not deleted: a deleted member turns the object into V8's slow form, a fifth larger. */
function dropManagedFields({ metadata }: KubernetesObject): void {
  const managed = metadata as { managedFields?: unknown }
  if (managed.managedFields !== undefined) managed.managedFields = undefined
}

/** Answers an equal string, and the same one to whoever asks soon again. */
function createStringPool(): (value: string) => string {
  let young = new Map<string, string>()
  let old = new Map<string, string>()

  return (value) => {
    if (value.length > longestShared) return value
    const known = young.get(value)
    if (known !== undefined) return known
    if (young.size >= generation) {
      old = young
      young = new Map()
    }
    const shared = old.get(value) ?? value
    young.set(shared, shared)
    return shared
  }
}
