// User data for a new server: the user's part verbatim and first, ours last, as one MIME message for cloud-init. Pure.
// The message is put together here and not by a mail library: those add a date and an id, fold long lines and touch
// line ends, while this must give the same bytes for the same input and the user's part back byte for byte.

import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import type { ServerFile } from './server-files.ts'
import { classifyUserPart } from './user-part.ts'

export interface UserDataInput {
  /** What the user wrote; absent or blank when there is none. */
  userPart?: string | undefined
  /**
   * Our files. Called first without a hash and then with it: the hash covers the user's part and our files as they are
   * without it, because it stands in one of them.
   */
  files: (userDataHash?: string) => readonly ServerFile[]
}

export interface PartSize {
  part: 'user' | 'botyard' | 'message' | 'sent'
  bytes: number
}

export interface UserData {
  /** What POST /servers takes: the MIME message, or base64 of its gzip when that is needed. */
  data: string
  /** SHA-256 in hex over what was asked for, not over how it was packed: a new zlib is no drift. */
  hash: string
  /** Of the parts and of the message before packing, and of what is sent. */
  sizes: PartSize[]
}

/** Hetzner's limit for user_data, in bytes. */
export const userDataLimit = 32 * 1024

/** Above this the message is compressed. Below it stays readable in cloud-init's own copy on the server. */
const plainLimit = 16 * 1024

export class UserDataTooLarge extends Error {
  readonly sizes: readonly PartSize[]
  readonly limit = userDataLimit

  constructor(sizes: readonly PartSize[]) {
    const bytesOf = (part: PartSize['part']) => sizes.find((size) => size.part === part)?.bytes ?? 0
    super(
      `Cannot create the server: its user data takes ${bytesOf('sent')} bytes compressed, the limit is ${userDataLimit} ` +
        `(before compression: yours ${bytesOf('user')}, Botyard's ${bytesOf('botyard')})`,
    )
    this.name = 'UserDataTooLarge'
    this.sizes = sizes
  }
}

const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex')
const bytesIn = (text: string): number => Buffer.byteLength(text, 'utf8')

/**
 * How ours is merged into the user's: lists are joined, what the user has set stays. With the order the other way round
 * a plain user part would erase ours, and cloud-init would report success.
 */
const mergeHeader = 'X-Merge-Type: list(append)+dict(no_replace,recurse_list)+str()'

/** Plain text that no YAML reader changes or refuses; anything else travels as base64. */
const isPlain = (content: string): boolean => /^[\t\n\x20-\x7e]*$/.test(content)

const toWriteFile = ({ path, content, mode }: ServerFile) => ({
  path,
  owner: 'root:root',
  permissions: mode,
  ...(isPlain(content) ? { content } : { encoding: 'b64', content: Buffer.from(content, 'utf8').toString('base64') }),
})

/**
 * User data holds secrets, and the metadata service would tell them to every process on the server, also in containers.
 * For its IPv6 link-local address a route is not enough (who names the interface goes past it), a rule is. The IPv4 one
 * is last, because cloud-init reports the failure of the last command only, and a server may well have no IPv6.
 */
const closeMetadata = [
  ['ip', '-6', 'rule', 'add', 'to', 'fe80::a9fe:a9fe/128', 'prohibit', 'pref', '1'],
  ['ip', 'route', 'replace', 'prohibit', '169.254.169.254/32'],
]

/** Ours is an object, serialised: JSON is YAML, so no content can break out of its place. */
function ourPart(files: readonly ServerFile[]): string {
  return `#cloud-config\n${JSON.stringify({ bootcmd: closeMetadata, write_files: files.map(toWriteFile) })}\n`
}

/** One MIME entity. 7bit where the text allows it, because base64 would spoil the compression; 7bit has no lone CR. */
function entity(contentType: string, content: string): string {
  const encoding = isPlain(content) ? '7bit' : 'base64'
  const body = isPlain(content) ? content : Buffer.from(content, 'utf8').toString('base64').replace(/.{76}/g, '$&\n')
  const headers = [
    `Content-Type: ${contentType}; charset="utf-8"`,
    `Content-Transfer-Encoding: ${encoding}`,
    mergeHeader,
  ]
  return `${headers.join('\r\n')}\r\n\r\n${body}`
}

function userEntity(text: string): string {
  const part = classifyUserPart(text)
  return part.kind === 'entity' ? text : entity(part.contentType, text)
}

/** The boundary is a hash of all content: the same for the same input, and nobody can write it into a part. */
function multipart(entities: readonly string[]): string {
  const boundary = `=_botyard_${sha256(JSON.stringify(entities)).slice(0, 32)}`
  const head = `MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="${boundary}"\r\n\r\n`
  return `${head}${entities.map((one) => `--${boundary}\r\n${one}\r\n`).join('')}--${boundary}--\r\n`
}

function pack(message: string): string {
  if (bytesIn(message) <= plainLimit) return message
  const packed = gzipSync(message, { level: 9 }).toString('base64')
  return packed.length < bytesIn(message) ? packed : message
}

/**
 * Composes user data. Throws UnsupportedUserData when the user's part is nothing that cloud-init would run, and
 * UserDataTooLarge when it does not fit even when compressed.
 */
export function composeUserData({ userPart = '', files }: UserDataInput): UserData {
  const hash = sha256(JSON.stringify({ userPart, files: files() }))
  const ours = ourPart(files(hash))
  const userEntities = userPart.trim() === '' ? [] : [userEntity(userPart)]
  const message = multipart([...userEntities, entity('text/cloud-config', ours)])
  const data = pack(message)
  const sizes: PartSize[] = [
    { part: 'user', bytes: bytesIn(userPart) },
    { part: 'botyard', bytes: bytesIn(ours) },
    { part: 'message', bytes: bytesIn(message) },
    { part: 'sent', bytes: bytesIn(data) },
  ]
  if (bytesIn(data) > userDataLimit) throw new UserDataTooLarge(sizes)
  return { data, hash, sizes }
}
