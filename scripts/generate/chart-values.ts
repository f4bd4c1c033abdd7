// charts/botyard/values.yaml and docs/reference/chart-values.md: every value with its default and what it is for.
import { stringify } from 'yaml'
import { code, table } from './markdown.ts'
import { isForPeople, isGroup, type ValueSchema } from './values-schema.ts'

/** The defaults, each under its description. */
export const valuesYaml = (schema: ValueSchema): string => `${linesOf(schema, '').join('\n')}\n`

function linesOf({ properties = {} }: ValueSchema, indent: string): string[] {
  const values = Object.entries(properties).filter(([, value]) => isForPeople(value))
  return values.flatMap(([name, value]) => {
    const comment = wrap(value.description ?? '', 118 - indent.length).map((line) => `${indent}# ${line}`)
    const gap = indent === '' ? [''] : []
    if (isGroup(value)) return [...gap, ...comment, `${indent}${name}:`, ...linesOf(value, `${indent}  `)]
    const text = stringify({ [name]: value.default }, { singleQuote: true }).trimEnd()
    return [...gap, ...comment, ...text.split('\n').map((line) => indent + line)]
  })
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last === undefined || last.length + word.length + 1 > width) lines.push(word)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return lines
}

/** The page, in Markdown. */
export const chartValuesPage = (schema: ValueSchema): string => `# Values of the chart

What \`helm install botyard charts/botyard\` can be told; [Install](../guides/install.md) shows how. A value that is unknown or of the
wrong type is refused by the chart's schema, with its name.

${table(['value', 'type', 'default', 'description'], rowsOf(schema, ''))}
`

function rowsOf({ properties = {} }: ValueSchema, prefix: string): string[][] {
  const values = Object.entries(properties).filter(([, value]) => isForPeople(value))
  return values.flatMap(([name, value]) => {
    if (isGroup(value)) return rowsOf(value, `${prefix}${name}.`)
    return [[code(prefix + name), typeOf(value), code(JSON.stringify(value.default)), value.description ?? '']]
  })
}

function typeOf({ type, enum: choices, minimum, maximum, items }: ValueSchema): string {
  if (choices !== undefined) return choices.map(code).join(' | ')
  if (items !== undefined) return `list of ${items.type}s`
  return minimum === undefined ? String(type) : `${type}, ${minimum} to ${maximum}`
}
