// Makes user data for tests as cloud-init takes it, in own words: nothing of the operator's composer is used.

import { gzipSync } from 'node:zlib'

export const mergeType = 'list(append)+dict(no_replace,recurse_list)+str()'

export interface Part {
  type: string
  body: string
  headers?: Record<string, string>
  encoding?: 'base64' | 'quoted-printable'
}

export function mime(parts: readonly Part[], { newline = '\r\n', boundary = '==b==' } = {}): string {
  const entities = parts.map(({ type, body, headers = {}, encoding }) => {
    const lines = Object.entries({
      'Content-Type': type,
      ...(encoding !== undefined && { 'Content-Transfer-Encoding': encoding }),
      ...headers,
    }).map(([name, value]) => `${name}: ${value}`)
    return [...lines, '', encode(body, encoding)].join(newline)
  })
  const head = ['MIME-Version: 1.0', `Content-Type: multipart/mixed; boundary="${boundary}"`, '', ''].join(newline)
  return `${head}${entities.map((entity) => `--${boundary}${newline}${entity}${newline}`).join('')}--${boundary}--${newline}`
}

function encode(body: string, encoding: Part['encoding']): string {
  if (encoding === 'base64') return Buffer.from(body).toString('base64').replace(/.{60}/g, '$&\r\n')
  if (encoding !== 'quoted-printable') return body
  const bytes = [...Buffer.from(body)].map((byte) => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`)
  return bytes.join('').replace(/.{72}/g, '$&=\r\n')
}

export const zipped = (text: string): string => gzipSync(text).toString('base64')

export interface ServerFiles {
  certificate: string
  key: string
  port?: number
  path?: string
  secretToken?: string
}

/** The files that the operator puts on a server. */
export const contractFiles = ({ certificate, key, ...o }: ServerFiles): { path: string; content: string }[] => [
  {
    path: '/etc/botyard/project.json',
    content: JSON.stringify({ name: 'echo', webhook: { port: o.port ?? 8443, path: o.path ?? '/webhook' } }),
  },
  { path: '/etc/botyard/tls.crt', content: certificate },
  { path: '/etc/botyard/tls.key', content: key },
  { path: '/etc/botyard/bot.env', content: `TELEGRAM_WEBHOOK_SECRET_TOKEN="${o.secretToken ?? 'sesame'}"\n` },
]

export const cloudConfig = (config: object): string => `#cloud-config\n${JSON.stringify(config)}\n`

/** The user's part first, the operator's last, as the operator composes them. */
export function serverUserData(files: readonly { path: string; content: string }[], userPart = '#!/bin/sh\nserve\n') {
  const headers = { 'X-Merge-Type': mergeType }
  return mime([
    ...(userPart === '' ? [] : [{ type: 'text/plain', body: userPart, headers }]),
    { type: 'text/cloud-config', body: cloudConfig({ write_files: files }), headers },
  ])
}
