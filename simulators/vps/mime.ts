// Reads MIME messages the way cloud-init's reader does, as far as user data goes. Bytes are held as latin1 text inside.

export interface MimeEntity {
  /** In lower case, without parameters; `text/plain` when there is none. */
  contentType: string
  /** By name in lower case. */
  headers: ReadonlyMap<string, string>
  /** Without its transfer encoding. */
  content: Buffer
}

/** The parts that are not containers themselves, in order; a message without parts is one part. */
export function parseMime(message: Buffer): MimeEntity[] {
  return entitiesOf(message.toString('latin1'))
}

function entitiesOf(text: string): MimeEntity[] {
  const { headers, body } = splitHeaders(text)
  const { value, parameters } = parseContentType(headers.get('content-type') ?? 'text/plain')
  const boundary = parameters.get('boundary')
  if (value.startsWith('multipart/') && boundary !== undefined) return partsOf(body, boundary).flatMap(entitiesOf)
  return [
    { contentType: value, headers, content: decodeTransfer(body, headers.get('content-transfer-encoding') ?? '') },
  ]
}

function splitHeaders(text: string): { headers: Map<string, string>; body: string } {
  const headers = new Map<string, string>()
  let rest = text
  for (;;) {
    const line = /^([!-9;-~]+):[ \t]*((?:[^\r\n]|\r?\n[ \t])*)(?:\r?\n|$)/.exec(rest)
    if (line === null) break
    const [whole, name = '', value = ''] = line
    headers.set(name.toLowerCase(), value.replaceAll(/\r?\n[ \t]+/g, ' ').trim())
    rest = rest.slice(whole.length)
  }
  return { headers, body: rest.replace(/^\r?\n/, '') }
}

function parseContentType(header: string): { value: string; parameters: Map<string, string> } {
  const [value = '', ...rest] = header.split(/;(?=(?:[^"]*"[^"]*")*[^"]*$)/)
  const parameters = rest.map((parameter): [string, string] => {
    const at = parameter.indexOf('=')
    const raw = parameter.slice(at + 1).trim()
    return [parameter.slice(0, at).trim().toLowerCase(), raw.replace(/^"(.*)"$/, '$1').replaceAll(/\\(.)/g, '$1')]
  })
  return { value: value.trim().toLowerCase(), parameters: new Map(parameters) }
}

/** The line break before a boundary belongs to the boundary. What stands before the first and after the last is nothing. */
function partsOf(body: string, boundary: string): string[] {
  const quoted = boundary.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')
  const [, ...sections] = body.split(
    new RegExp(`(?:^|\\r?\\n)--${quoted}(?=--[ \\t]*(?:\\r?\\n|$)|[ \\t]*(?:\\r?\\n|$))`),
  )
  const end = sections.findIndex((section) => section.startsWith('--'))
  return sections.slice(0, end === -1 ? sections.length : end).map((section) => section.replace(/^[ \t]*\r?\n/, ''))
}

function decodeTransfer(body: string, encoding: string): Buffer {
  switch (encoding.toLowerCase()) {
    case 'base64':
      return Buffer.from(body, 'base64')
    case 'quoted-printable':
      return Buffer.from(
        body
          .replaceAll(/[ \t]*=\r?\n/g, '')
          .replaceAll(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
        'latin1',
      )
    default:
      return Buffer.from(body, 'latin1')
  }
}
