// How an end of a story is written down, and where two of them differ.

import { isDeepStrictEqual } from 'node:util'

/** What is there, in words that are the same in every run. */
export type EndState = Readonly<Record<string, unknown>>

/** One line for each place where two ends differ. */
export function differencesOf(expected: unknown, found: unknown, at = ''): string[] {
  if (isDeepStrictEqual(expected, found)) return []
  if (!isTree(expected) || !isTree(found))
    return [`${at}: expected ${JSON.stringify(expected)}, found ${JSON.stringify(found)}`]
  const parts = new Set([...Object.keys(expected), ...Object.keys(found)])
  return [...parts].flatMap((part) => differencesOf(expected[part], found[part], at === '' ? part : `${at}.${part}`))
}

const isTree = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
