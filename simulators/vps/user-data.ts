// Takes user data apart as cloud-init does on a Hetzner server: base64, gzip, then MIME parts or a single document.

import { gunzipSync } from 'node:zlib'
import { parseMime } from './mime.ts'

export interface UserDataPart {
  /** What cloud-init takes it for; `text/plain` is what it passes over. */
  contentType: string
  /** By name in lower case. */
  headers: ReadonlyMap<string, string>
  content: string
}

/** Empty parts are left out. Throws when gzip data is damaged. */
export function parseUserData(userData: string): UserDataPart[] {
  const bytes = unzip(decodeBase64(Buffer.from(userData)))
  const isMime = bytes.subarray(0, 4096).toString('latin1').toLowerCase().includes('mime-version:')
  const entities = isMime ? parseMime(bytes) : [{ contentType: 'text/plain', headers: new Map(), content: bytes }]
  return entities
    .map(({ contentType, headers, content }) => {
      const text = unzip(content).toString()
      return { contentType: trueType(contentType, text), headers, content: text }
    })
    .filter(({ content }) => content.trim() !== '')
}

/** Strict: anything outside the alphabet, line breaks included, means that it is no base64. */
function decodeBase64(bytes: Buffer): Buffer {
  const text = bytes.toString('latin1').trimEnd()
  const isBase64 = text.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(text)
  return isBase64 ? Buffer.from(text, 'base64') : bytes
}

const unzip = (bytes: Buffer): Buffer => (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes)

/** Longer beginnings first. */
const beginnings: readonly (readonly [string, string])[] = [
  ['#cloud-config-archive', 'text/cloud-config-archive'],
  ['## template: jinja', 'text/jinja2'],
  ['#cloud-config-jsonp', 'text/cloud-config-jsonp'],
  ['#cloud-boothook', 'text/cloud-boothook'],
  ['#include-once', 'text/x-include-once-url'],
  ['#part-handler', 'text/part-handler'],
  ['#cloud-config', 'text/cloud-config'],
  ['#include', 'text/x-include-url'],
  ['#!', 'text/x-shellscript'],
]

const undecided = ['text/plain', 'text/x-not-multipart', 'application/octet-stream', 'text/x-shellscript']

/** Types that say nothing, and scripts, which are often something else, are judged by how the text begins. */
function trueType(stated: string, text: string): string {
  if (!undecided.includes(stated) && !stated.includes('gzip')) return stated
  const start = text.trimStart().toLowerCase()
  return beginnings.find(([beginning]) => start.startsWith(beginning))?.[1] ?? stated
}
