// A small MIME reader for tests, written from RFC 2045 and 2046 and not from what composes the messages.

export interface Entity {
  headers: Record<string, string>
  /** Decoded. */
  content: string
  parts: Entity[]
}

function splitHead(raw: string): [string, string] {
  const end = /\r?\n\r?\n/.exec(raw)
  if (end === null) throw new Error('no blank line after the headers')
  return [raw.slice(0, end.index), raw.slice(end.index + end[0].length)]
}

function readHeaders(head: string): Record<string, string> {
  const unfolded = head.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/)
  return Object.fromEntries(
    unfolded.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  )
}

/** What stands between delimiter lines; the line break before a delimiter belongs to the delimiter. */
function splitParts(body: string, boundary: string): string[] {
  const sections = `\r\n${body}`.split(`\n--${boundary}`)
  const last = sections.findIndex((section) => section.startsWith('--'))
  if (last < 0) throw new Error('no closing delimiter')
  return sections.slice(1, last).map((section) => section.replace(/^[ \t]*\r?\n/, '').replace(/\r$/, ''))
}

function decode(body: string, encoding: string): string {
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString('utf8')
  if (encoding !== '7bit' && encoding !== '8bit') throw new Error(`unexpected transfer encoding ${encoding}`)
  return body
}

export function readMIME(raw: string): Entity {
  const [head, body] = splitHead(raw)
  const headers = readHeaders(head)
  const boundary = /^multipart\/.*boundary="?([^";]+)"?/i.exec(headers['content-type'] ?? '')?.[1]
  if (boundary !== undefined) return { headers, content: '', parts: splitParts(body, boundary).map(readMIME) }
  return { headers, content: decode(body, headers['content-transfer-encoding'] ?? '7bit'), parts: [] }
}
