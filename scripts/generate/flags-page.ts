// docs/reference/flags.md: every flag of the operator with its default and what it is for.
import { type Flag, flags } from '../../src/flags.ts'
import { code, table } from './markdown.ts'

/** The page, in Markdown. */
export const flagsPage = (): string => `# Flags of the operator

The chart gives them from its [values](chart-values.md); what has no value goes into \`extraArgs\`. \`--help\` shows the same list. A duration
is a number with \`ms\`, \`s\`, \`m\` or \`h\`. A flag that is unknown or out of its bounds ends the start with one line that says what must
hold.

${table(['flag', 'default', 'description'], Object.entries(flags).map(rowOf))}
`

const rowOf = ([name, { default: preset, help }]: [string, Flag]): string[] => [
  code(`--${name}`),
  preset === undefined ? '' : code(preset),
  help,
]
