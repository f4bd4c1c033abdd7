import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mergePatch } from '../../src/kube/merge-patch.ts'

/** How a server applies a merge patch: RFC 7386, section 2, word for word. */
function apply(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch
  const result: Record<string, unknown> = isObject(target) ? { ...target } : {}
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name]
    else result[name] = apply(result[name], value)
  }
  return result
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const { object } = fc.letrec((tie) => ({
  leaf: fc.oneof(fc.constantFrom('', 'x', 0, 1, true, false)),
  value: fc.oneof({ maxDepth: 3 }, tie('leaf'), fc.array(tie('value'), { maxLength: 3 }), tie('object')),
  object: fc.dictionary(fc.constantFrom('a', 'b', 'constructor'), tie('value'), { maxKeys: 3 }),
}))

describe('a merge patch', () => {
  it('turns one value into the other, and is absent exactly when they are equal', () => {
    fc.assert(
      fc.property(object, object, (from, to) => {
        const patch = mergePatch(from as object, to as object)
        expect(apply(from, patch ?? {})).toEqual(to)
        expect(mergePatch(to as object, structuredClone(to) as object)).toBeUndefined()
        if (patch === undefined) expect(from).toEqual(to)
      }),
    )
  })

  it.each<[string, object, object, object | undefined]>([
    ['sets what is new', {}, { a: { b: 1 } }, { a: { b: 1 } }],
    ['removes what is absent', { a: 1, b: 2 }, { b: 2 }, { a: null }],
    ['removes what is undefined or null', { a: 1, b: 2 }, { a: undefined, b: null }, { a: null, b: null }],
    ['takes undefined for absent on both sides', { a: undefined }, { b: undefined }, undefined],
    ['sends a list whole', { a: [1, { b: 2 }] }, { a: [1, { b: 3 }] }, { a: [1, { b: 3 }] }],
    ['sends nothing for an equal list', { a: [1, { b: 2, c: undefined }] }, { a: [1, { b: 2 }] }, undefined],
    ['descends into objects', { a: { b: 1, c: 2 } }, { a: { b: 1, c: 3 } }, { a: { c: 3 } }],
    ['replaces a list by an object', { a: [1] }, { a: { b: 1 } }, { a: { b: 1 } }],
    ['keeps nulls out of what is new', {}, { a: { b: null, c: 1 } }, { a: { c: 1 } }],
    ['tells an empty object from none', { a: {} }, {}, { a: null }],
  ])('%s', (_, ...[from, to, want]: [object, object, object | undefined]) => {
    expect(mergePatch(from, to)).toEqual(want)
  })
})
