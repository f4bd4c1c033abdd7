// The members of a JSON body as the Bot API reads them: one after another, so that those before a mistake count and
// what follows it does not. Nobody is told of the mistake.

const opening = /\s*\{/y
const head = /\s*("(?:[^"\\]|\\.)*")\s*:\s*/sy
const flat = /"(?:[^"\\]|\\.)*"|[^\s,:"[\]{}]+/sy
const token = /"(?:[^"\\]|\\.)*"|[{}[\]]|[^"{}[\]]+/sy
const comma = /\s*,/y
const brackets = new Map([
  ['{', 1],
  ['[', 1],
  ['}', -1],
  [']', -1],
])
const deepest = 100

/** Names and values in order. Texts lose their quotes; anything else stays as it was written, `null` too. */
export function jsonMembers(body: string): [name: string, value: string][] {
  const members: [string, string][] = []
  let separator = matchAt(opening, { body, at: 0 })
  while (separator !== undefined) {
    const begin = matchAt(head, { body, at: separator.end })
    const value = begin && valueAt(body, begin.end)
    const name = begin && unquoted(begin.group)
    const text = value && unquoted(value.text)
    if (value === undefined || name === undefined || text === undefined) return members
    members.push([name, text])
    separator = matchAt(comma, { body, at: value.end })
  }
  return members
}

interface Found {
  text: string
  group: string
  end: number
}

function matchAt(pattern: RegExp, { body, at }: { body: string; at: number }): Found | undefined {
  pattern.lastIndex = at
  const match = pattern.exec(body)
  return match === null ? undefined : { text: match[0], group: match[1] ?? '', end: pattern.lastIndex }
}

function valueAt(body: string, at: number): Pick<Found, 'text' | 'end'> | undefined {
  return matchAt(flat, { body, at }) ?? nestedAt(body, at)
}

/** From a bracket to the one that closes it, whatever is between. */
function nestedAt(body: string, begin: number): Pick<Found, 'text' | 'end'> | undefined {
  let depth = 0
  let at = begin
  do {
    const next = matchAt(token, { body, at })
    if (next === undefined) return undefined
    depth += brackets.get(next.text) ?? 0
    at = next.end
  } while (depth > 0 && depth <= deepest)
  return depth === 0 && brackets.has(body[begin] ?? '') ? { text: body.slice(begin, at), end: at } : undefined
}

/** `undefined` when it is no JSON after all. */
function unquoted(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'string' ? value : text
  } catch {
    return undefined
  }
}
