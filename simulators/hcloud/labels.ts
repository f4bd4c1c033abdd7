// Labels and the query language over them. The grammar is that of Kubernetes labels, with one reserved prefix.

export type Labels = Readonly<Record<string, string>>
export type Selector = (labels: Labels) => boolean

const namePattern = /^[a-z0-9A-Z]([-_.a-z0-9A-Z]{0,61}[a-z0-9A-Z])?$/
const prefixPattern = /^[a-z0-9A-Z]([-a-z0-9A-Z]{0,61}[a-z0-9A-Z])?(\.[a-z0-9A-Z]([-a-z0-9A-Z]{0,61}[a-z0-9A-Z])?)*$/
const reservedPrefix = 'hetzner.cloud'

export function isLabelKey(key: string): boolean {
  const slash = key.indexOf('/')
  if (slash === -1) return namePattern.test(key)
  const prefix = key.slice(0, slash)
  return prefix.length <= 253 && prefixPattern.test(prefix) && namePattern.test(key.slice(slash + 1))
}

export const isLabelValue = (value: string): boolean => value === '' || namePattern.test(value)

/** Says what must hold, or nothing when the labels may be stored. */
export function problemOfLabels(labels: Labels): string | undefined {
  for (const [key, value] of Object.entries(labels)) {
    if (!isLabelKey(key)) return `label key '${key}' is not a valid label key`
    if (key.startsWith(`${reservedPrefix}/`)) return `label key '${key}' uses the reserved prefix ${reservedPrefix}/`
    if (!isLabelValue(value)) return `label value '${value}' is not a valid label value`
  }
  return undefined
}

/** Parses `k=v`, `k==v`, `k!=v`, `k`, `!k`, `k in (a,b)`, `k notin (a,b)`, joined by commas. `undefined`: malformed. */
export function parseSelector(text: string): Selector | undefined {
  const parts = splitOutsideParentheses(text).map(parseRequirement)
  const requirements = parts.filter((part) => part !== undefined)
  if (requirements.length !== parts.length) return undefined
  return (labels) => requirements.every((requirement) => requirement(labels))
}

function splitOutsideParentheses(text: string): string[] {
  return text.split(/,(?![^(]*\))/).map((part) => part.trim())
}

const membership = /^(\S+)\s+(in|notin)\s*\(([^()]*)\)$/
const comparison = /^([^\s=!]+)\s*(==|=|!=)\s*(\S*)$/

function parseRequirement(text: string): Selector | undefined {
  const member = membership.exec(text)
  if (member !== null) return parseMembership(member)
  const compared = comparison.exec(text)
  if (compared !== null) return parseComparison(compared)
  return parseExistence(text)
}

function parseExistence(text: string): Selector | undefined {
  const negated = text.startsWith('!')
  const key = negated ? text.slice(1).trim() : text
  if (!isLabelKey(key)) return undefined
  return (labels) => Object.hasOwn(labels, key) !== negated
}

function parseComparison([, key = '', operator = '', value = '']: RegExpExecArray): Selector | undefined {
  if (!isLabelKey(key) || !isLabelValue(value)) return undefined
  // As in Kubernetes, an object without the key is one whose value is not v.
  return operator === '!=' ? (labels) => read(labels, key) !== value : (labels) => read(labels, key) === value
}

function parseMembership([, key = '', operator = '', list = '']: RegExpExecArray): Selector | undefined {
  const values = list.split(',').map((value) => value.trim())
  if (!isLabelKey(key) || !values.every(isLabelValue)) return undefined
  const isMember = (labels: Labels) => {
    const value = read(labels, key)
    return value !== undefined && values.includes(value)
  }
  return operator === 'in' ? isMember : (labels) => !isMember(labels)
}

const read = (labels: Labels, key: string): string | undefined => (Object.hasOwn(labels, key) ? labels[key] : undefined)
