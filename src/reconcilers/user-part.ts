// What kind of user data a user has written, judged by its beginning as cloud-init judges it. Pure.

/** User data that cloud-init would ignore or that cannot be put into one part; the message says what must hold. */
export class UnsupportedUserData extends Error {
  constructor(why: string) {
    super(`Cannot use the workload's cloud-init user data: ${why}`)
    this.name = 'UnsupportedUserData'
  }
}

export type UserPart =
  /** Becomes one part of this content type. */
  | { kind: 'content'; contentType: string }
  /** Is a MIME entity with headers of its own, and is put in as it is. */
  | { kind: 'entity' }

/** cloud-init's own beginnings (its INCLUSION_TYPES_MAP); the longer of two that begin alike stands first. */
const beginnings: readonly (readonly [string, string])[] = [
  ['#include-once', 'text/x-include-once-url'],
  ['#include', 'text/x-include-url'],
  ['#cloud-config-archive', 'text/cloud-config-archive'],
  ['#cloud-config-jsonp', 'text/cloud-config-jsonp'],
  ['#cloud-config', 'text/cloud-config'],
  ['#cloud-boothook', 'text/cloud-boothook'],
  ['#part-handler', 'text/part-handler'],
  ['## template: jinja', 'text/jinja2'],
  ['#!', 'text/x-shellscript'],
]

const mustBegin = `it must begin with ${beginnings.map(([text]) => text).join(', ')}, or be a MIME message`
const headerLine = /^[A-Za-z][A-Za-z0-9-]*:[^\r\n]*(\r?\n[ \t][^\r\n]*)*\r?\n/

/** The header block at the beginning of a MIME message; undefined when this is none. */
function headersOf(text: string): string | undefined {
  let rest = text
  for (let line = headerLine.exec(rest); line !== null; line = headerLine.exec(rest)) rest = rest.slice(line[0].length)
  const isBlock = rest.length < text.length && /^\r?\n/.test(rest)
  return isBlock ? text.slice(0, text.length - rest.length) : undefined
}

function classifyMessage(headers: string): UserPart {
  if (!/^content-type:/im.test(headers)) throw new UnsupportedUserData('the MIME message has no Content-Type header')
  return { kind: 'entity' }
}

/** Throws UnsupportedUserData for what cloud-init would not run, or not from within a multipart message. */
export function classifyUserPart(text: string): UserPart {
  if (text.includes('\0')) throw new UnsupportedUserData('it is binary; give it as text')
  if (text.startsWith('\u001f') || text.startsWith('H4sI')) {
    throw new UnsupportedUserData('it is compressed; give it as plain text, it is compressed on the way where needed')
  }
  const start = text.trimStart().toLowerCase()
  const known = beginnings.find(([beginning]) => start.startsWith(beginning))
  if (known !== undefined) return { kind: 'content', contentType: known[1] }
  const headers = headersOf(text)
  if (headers !== undefined) return classifyMessage(headers)
  throw new UnsupportedUserData(mustBegin)
}
