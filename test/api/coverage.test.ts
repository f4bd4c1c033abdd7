// Every CEL rule of the definition has a case that breaks it: a rule without one could be dropped unseen.
import { describe, expect, it } from 'vitest'
import { projectDefinition } from '../../src/api/crd.ts'
import type { CelRule } from '../../src/api/fields.ts'
import type { StructuralSchema } from '../../src/api/structural-schema.ts'
import { bad, refused } from './cases.ts'

const root = projectDefinition().spec.versions[0]?.schema.openAPIV3Schema as StructuralSchema
const own = (root['x-kubernetes-validations'] ?? []).map((rule) => ({
  path: rule.fieldPath?.slice(1) ?? 'metadata.name',
  rule,
}))
const below = rulesBelow(root.properties?.['spec'] as StructuralSchema, 'spec')

describe('every rule has a case that breaks it', () => {
  it.each(own.concat(below).map(({ path, rule }) => ({ path, message: rule.message })))(
    '$path: $message',
    ({ path, message }) => {
      const breaking = [...bad, ...refused].filter(
        ([at, , text]) => (path.startsWith(at) || at.startsWith(path)) && message.includes(text),
      )
      expect(breaking).not.toEqual([])
    },
  )

  it('says what must hold', () => {
    for (const { rule } of own.concat(below)) expect(rule.message).toMatch(/\bmust\b/)
  })
})

function rulesBelow(schema: StructuralSchema, path: string): { path: string; rule: CelRule }[] {
  const rules = (schema['x-kubernetes-validations'] ?? []).map((rule) => ({ path, rule }))
  const members = Object.entries(schema.properties ?? {}).flatMap(([name, member]) =>
    rulesBelow(member, `${path}.${name}`),
  )
  const items = schema.items === undefined ? [] : rulesBelow(schema.items, path)
  return [...rules, ...members, ...items]
}
