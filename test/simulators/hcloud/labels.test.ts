import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  isLabelKey,
  isLabelValue,
  type Labels,
  parseSelector,
  problemOfLabels,
} from '../../../simulators/hcloud/labels.ts'

const key = fc.constantFrom('env', 'type', 'botyard.dev/uid', 'a', 'a-b_c.d')
const value = fc.constantFrom('', 'prod', 'x1', '3f2c-9')
const labels: fc.Arbitrary<Labels> = fc.dictionary(key, value, { maxKeys: 4 })

interface Requirement {
  text: string
  holds(labels: Labels): boolean
}

/** The semantics once more, straight from the table: an object without the key has a value unlike any. */
const requirement: fc.Arbitrary<Requirement> = fc.oneof(
  fc.record({ key, value, operator: fc.constantFrom('=', '==', ' = ', ' == ') }).map((r) => ({
    text: `${r.key}${r.operator}${r.value}`,
    holds: (all: Labels) => all[r.key] === r.value,
  })),
  fc
    .record({ key, value })
    .map((r) => ({ text: `${r.key}!=${r.value}`, holds: (all: Labels) => all[r.key] !== r.value })),
  key.map((name) => ({ text: name, holds: (all: Labels) => name in all })),
  key.map((name) => ({ text: `!${name}`, holds: (all: Labels) => !(name in all) })),
  fc.record({ key, values: fc.array(value, { minLength: 1, maxLength: 3 }) }).map((r) => ({
    text: `${r.key} in (${r.values.join(', ')})`,
    holds: (all: Labels) => r.values.some((one) => all[r.key] === one),
  })),
  fc.record({ key, values: fc.array(value, { minLength: 1, maxLength: 3 }) }).map((r) => ({
    text: `${r.key} notin (${r.values.join(',')})`,
    holds: (all: Labels) => r.values.every((one) => all[r.key] !== one),
  })),
)

describe('a label selector', () => {
  it('selects what fulfils all of its requirements', () => {
    const several = fc.array(requirement, { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(several, labels, (requirements, all) => {
        const selector = parseSelector(requirements.map(({ text }) => text).join(','))
        expect(selector?.(all)).toBe(requirements.every(({ holds }) => holds(all)))
      }),
    )
  })

  it('does not find what every object inherits', () => {
    expect(parseSelector('constructor')?.({})).toBe(false)
    expect(parseSelector('toString!=x')?.({})).toBe(true)
  })

  it.each([
    '',
    ',',
    'a,',
    'a=b=c',
    'a b',
    '=x',
    '!',
    '!!a',
    'a in ()b',
    'a in b',
    'a in (b',
    '(a)',
    'a=-x',
    'a/b/c=d',
    '-a',
    'a!',
  ])('is refused when it reads %j', (text) => expect(parseSelector(text)).toBeUndefined())
})

describe('labels', () => {
  it.each(['a', 'A1', 'a.b-c_d', 'botyard.dev/uid', 'a'.repeat(63), `${'b.'.repeat(126)}b/x`])(
    'may have the key %s',
    (text) => expect(isLabelKey(text)).toBe(true),
  )

  it.each(['', '-a', 'a-', 'a b', '/a', 'a/', 'a/b/c', 'a'.repeat(64), `${'b.'.repeat(127)}b/x`, 'a_b/c', 'ü'])(
    'may not have the key %s',
    (text) => expect(isLabelKey(text)).toBe(false),
  )

  it.each([
    ['', true],
    ['x', true],
    ['a'.repeat(63), true],
    ['a'.repeat(64), false],
    ['-', false],
    ['a b', false],
    ['a/b', false],
  ])('value %j is allowed: %s', (text, allowed) => expect(isLabelValue(text)).toBe(allowed))

  it('leave the vendor’s prefix alone', () => {
    expect(problemOfLabels({ 'hetzner.cloud/x': '' })).toContain('reserved')
    expect(problemOfLabels({ 'hetzner.cloudy/x': '', 'hetzner.cloud': '' })).toBeUndefined()
  })
})
