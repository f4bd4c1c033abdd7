// The JSON merge patch (RFC 7386) that turns one value into another: pure.

/** The patch, or undefined when nothing differs. A member that is absent, undefined or null in `to` is removed. */
export function mergePatch(from: object, to: object): Record<string, unknown> | undefined {
  const patch = diffMembers(from as Members, to as Members)
  return Object.keys(patch).length === 0 ? undefined : patch
}

type Members = Readonly<Record<string, unknown>>

function diffMembers(from: Members, to: Members): Record<string, unknown> {
  const names = new Set([...Object.keys(from), ...Object.keys(to)])
  const changes = [...names].map((name) => [name, diff(member(from, name), member(to, name))] as const)
  return Object.fromEntries(changes.filter(([, change]) => change !== undefined))
}

/** Not what an object inherits: a label may be called `constructor`. */
const member = (members: Members, name: string): unknown => (Object.hasOwn(members, name) ? members[name] : undefined)

/** Undefined: no change; null: removed. */
function diff(from: unknown, to: unknown): unknown {
  if (to === undefined || to === null) return from === undefined || from === null ? undefined : null
  if (!isObject(to)) return isEqual(from, to) ? undefined : to
  // What becomes an object is sent whole, but without its nulls: in a merge patch they would be orders to remove.
  if (!isObject(from)) return diffMembers({}, to)
  const members = diffMembers(from, to)
  return Object.keys(members).length === 0 ? undefined : members
}

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Arrays have no patch of their own: they are compared, and sent, whole. */
function isEqual(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, at) => isEqual(item, b[at]))
  if (isObject(a) && isObject(b)) return Object.keys(diffMembers(a, b)).length === 0
  return a === b
}
