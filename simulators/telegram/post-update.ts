// One attempt to hand an update to a webhook: a real TLS connection, checked as Telegram checks it, and a real answer.

import { X509Certificate } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { request as httpsRequest, type RequestOptions } from 'node:https'
import { isIP } from 'node:net'
import { pipeline, type Readable } from 'node:stream'
import { checkServerIdentity, type PeerCertificate, type TLSSocket } from 'node:tls'
import { createUnzip } from 'node:zlib'
import type { Clock } from '../kit/clock.ts'
import type { Webhook } from './bot.ts'

export type Attempt =
  | { kind: 'ok'; contentType: string; body: string }
  /** `message` is what getWebhookInfo shows; `retryAfter` in seconds as the server asked, 0 when it did not. */
  | { kind: 'failed'; message: string; status?: number; retryAfter: number }

export interface AttemptOptions {
  clock: Clock
  signal: AbortSignal
}

export type PostUpdate = (webhook: Webhook, body: string, options: AttemptOptions) => Promise<Attempt>

const limitMs = 60_000
const answerLimitBytes = 1024 * 1024

/** Never rejects. Each attempt has a connection of its own, so that every one of them sees the certificate. */
export const postUpdate: PostUpdate = async (webhook, body, { clock, signal }) => {
  const time = new AbortController()
  const cancel = clock.schedule(limitMs, () => time.abort(new Error('Time is up')))
  const progress = { secured: false }
  try {
    const response = await send(webhook, {
      body,
      signal: AbortSignal.any([signal, time.signal]),
      onSecured: () => {
        progress.secured = true
      },
    })
    return attemptOf(response, await textOf(response))
  } catch (error) {
    if (!time.signal.aborted) return failed(messageOf(error as NodeJS.ErrnoException))
    return failed(progress.secured ? 'Read timeout expired' : 'Connection timed out')
  } finally {
    cancel()
  }
}

const failed = (message: string): Attempt => ({ kind: 'failed', message, retryAfter: 0 })

function attemptOf(response: IncomingMessage, body: string): Attempt {
  const { statusCode: status = 0, statusMessage = '', headers } = response
  if (status >= 200 && status <= 299) return { kind: 'ok', contentType: headers['content-type'] ?? '', body }
  const message = `Wrong response from the webhook: ${status} ${statusMessage}`
  return { kind: 'failed', message, status, retryAfter: secondsOf(headers['retry-after']) }
}

/** A date in the header does not count. */
const secondsOf = (header = ''): number => (/^\d+$/.test(header.trim()) ? Number(header) : 0)

interface Sending {
  body: string
  signal: AbortSignal
  onSecured(): void
}

function send(webhook: Webhook, { body, signal, onSecured }: Sending): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = httpsRequest({
      ...connectionOf(webhook),
      method: 'POST',
      headers: headersOf(webhook, body),
      signal,
    })
    request.once('socket', (socket) => (socket as TLSSocket).once('secureConnect', onSecured))
    request.once('response', resolve)
    request.once('error', reject)
    request.end(body)
  })
}

/** No SNI for addresses, TLS 1.2 or later, redirects are not followed. */
function connectionOf(webhook: Webhook): RequestOptions {
  const { host, ipAddress, port, path, trust, userinfo } = webhook
  return {
    ...{ host: ipAddress, port, path: bytesOf(path), agent: false, minVersion: 'TLSv1.2' },
    servername: isIP(host) === 0 ? host : '',
    ...(trust === undefined ? {} : { ca: [...trust] }),
    ...(userinfo === '' ? {} : { auth: userinfo }),
    checkServerIdentity: (_, certificate) => problemOfName(webhook, certificate),
  }
}

/** Node sends a path as Latin-1; Telegram sends it as it was given, in UTF-8. */
const bytesOf = (path: string): string => Buffer.from(path).toString('latin1')

/**
 * With an upload, the host is compared as text even when it is an address: the common name counts and an IP SAN does
 * not, and one DNS SAN turns the common name off. Without an upload, an address must be an IP SAN.
 */
function problemOfName({ host, trust }: Webhook, certificate: PeerCertificate): Error | undefined {
  if (trust === undefined) return checkServerIdentity(host, certificate)
  const leaf = new X509Certificate(certificate.raw)
  return leaf.checkHost(host, { partialWildcards: false }) === undefined ? new CertificateMismatch() : undefined
}

class CertificateMismatch extends Error {
  readonly code = 'ERR_TLS_CERT_ALTNAME_INVALID'
}

function headersOf({ host, port, secretToken }: Webhook, body: string): Record<string, string | number> {
  return {
    host: port === 443 ? host : `${host}:${port}`,
    ...(secretToken === '' ? {} : { 'x-telegram-bot-api-secret-token': secretToken }),
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    connection: 'keep-alive',
    'accept-encoding': 'gzip, deflate',
  }
}

async function textOf(response: IncomingMessage): Promise<string> {
  const body = bodyOf(response)
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > answerLimitBytes) throw new Error('Connection closed')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

/** Unpacked, as a server may take up the offer of the request's headers. */
function bodyOf(response: IncomingMessage): Readable {
  const encoding = response.headers['content-encoding']?.toLowerCase() ?? ''
  if (encoding !== 'gzip' && encoding !== 'deflate') return response
  return pipeline(response, createUnzip(), () => {})
}

const wordsOfCode: Record<string, string> = {
  ECONNREFUSED: 'Connection refused',
  ECONNRESET: 'Connection reset by peer',
  ETIMEDOUT: 'Connection timed out',
  EHOSTUNREACH: 'No route to host',
  ENETUNREACH: 'Network is unreachable',
  EPIPE: 'Broken pipe',
}

const verifyFailed = 'SSL error {error:0A000086:SSL routines::certificate verify failed}'

/** OpenSSL's verification results, which Node gives as codes without a prefix, and Node's own for a wrong name. */
const verifyCode = /CERT|CRL|INVALID_CA|SIGNATURE|PATH_LENGTH_EXCEEDED|INVALID_PURPOSE|HOSTNAME_MISMATCH/

function messageOf({ code = '', message }: NodeJS.ErrnoException): string {
  const known = wordsOfCode[code]
  if (known !== undefined) return known
  if (code === 'EPROTO' || code.startsWith('ERR_SSL')) return `SSL error {${reasonOf(message)}}`
  return verifyCode.test(code) ? verifyFailed : 'Connection closed'
}

/** Node puts a thread id, a source line and a file name around OpenSSL's words. */
const reasonOf = (message: string): string => /error:[0-9A-F]+:[^:]*:[^:]*:[^:]*/.exec(message)?.[0] ?? message
