// The flags of demo and lab, which are all numbers: from words to settings, with one line for each mistake.

import { parseArgs } from 'node:util'

export interface NumberFlag {
  /** What stands for the number in the help. */
  value: string
  help: string
  least: number
  most: number
  whole?: boolean
}

export type ParsedFlags<Name extends string> =
  /** A flag that was not given is absent. */
  | { kind: 'values'; values: Partial<Record<Name, number>> }
  | { kind: 'help' }
  | { kind: 'mistakes'; mistakes: string[] }

export function parseNumberFlags<Name extends string>(
  args: readonly string[],
  flags: Record<Name, NumberFlag>,
): ParsedFlags<Name> {
  const options = Object.fromEntries(Object.keys(flags).map((name) => [name, { type: 'string' } as const]))
  const { tokens } = parseArgs({
    args: [...args],
    options: { ...options, help: { type: 'boolean' } },
    // Every unknown or incomplete flag is a mistake of its own; a strict parser would stop at the first.
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const values: Partial<Record<Name, number>> = {}
  const mistakes: string[] = []
  for (const token of tokens) {
    if (token.kind === 'option' && token.name === 'help') return { kind: 'help' }
    const problem = problemOf(token, flags)
    if (problem !== undefined) mistakes.push(problem)
    else if (token.kind === 'option') values[token.name as Name] = Number(token.value)
  }
  return mistakes.length === 0 ? { kind: 'values', values } : { kind: 'mistakes', mistakes }
}

type Token = { kind: string; name?: string; rawName?: string; value?: string | undefined }

function problemOf(token: Token, flags: Record<string, NumberFlag>): string | undefined {
  if (token.kind === 'positional') return `'${token.value}' is not a flag; see --help`
  if (token.kind !== 'option' || token.name === undefined) return undefined
  const flag = Object.hasOwn(flags, token.name) ? flags[token.name] : undefined
  if (flag === undefined) return `${token.rawName} is not known; see --help`
  if (token.value === undefined) return `${token.rawName} needs a value`
  const number = token.value.trim() === '' ? Number.NaN : Number(token.value)
  const fits = number >= flag.least && number <= flag.most && (!flag.whole || Number.isInteger(number))
  const what = flag.whole ? 'a whole number' : 'a number'
  return fits ? undefined : `${token.rawName} must be ${what} from ${flag.least} to ${flag.most}, not '${token.value}'`
}

/** The help's line of each flag. */
export function describeFlags(flags: Record<string, NumberFlag>): string {
  return Object.entries(flags)
    .map(([name, { value, help }]) => `  ${`--${name} ${value}`.padEnd(28)}${help}\n`)
    .join('')
}
