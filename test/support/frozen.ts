// Deep-frozen objects: whoever changes what a store shares fails where it does so.

/** The same object, which nobody can change any more. Fits a reflector's `transform`. */
export function frozen<T extends object>(object: T): T {
  for (const value of Object.values(object)) if (typeof value === 'object' && value !== null) frozen(value)
  return Object.freeze(object)
}
