// One look at a server as Telegram will see it: TLS to the address, trusted by the Project's own CA alone, and a GET.

import { request } from 'node:https'
import { checkServerIdentity, type PeerCertificate } from 'node:tls'
import { type Clock, deadline, seconds } from '../../clock.ts'
import { createAddressPolicy } from './address-policy.ts'

/** What one look showed. `detail` is short, made by us, and never holds anything the server sent. */
export type ProbeResult =
  | { kind: 'ok'; status: number }
  | { kind: 'refused' | 'timeout' | 'tls' | 'http' | 'forbiddenAddress'; detail: string; status?: number }

export interface ProbeTarget {
  /** IPv4 that Hetzner gave for our server. */
  address: string
  port: number
  /** Absolute path. */
  path: string
  /** PEM of the only CA that is trusted. */
  ca: string
  signal: AbortSignal
}

/** Never rejects but with the signal's reason when the caller aborted. */
export type Probe = (target: ProbeTarget) => Promise<ProbeResult>

export interface ProbeDeps {
  /** CIDRs beyond global unicast; for a lab only. */
  allowRanges: readonly string[]
  clock: Clock
}

const limit = seconds(2)
const largestHead = 4 * 1024

/**
 * Stricter than TLS asks for. With an uploaded certificate Telegram compares the address with the common name as
 * strings, and a DNS name in the certificate would switch that comparison off.
 */
function checkIdentity(address: string, certificate: PeerCertificate): Error | undefined {
  if (certificate.subject?.CN !== address) return new Error('the common name is not the address')
  if (certificate.subjectaltname?.includes('DNS:')) return new Error('the certificate also names a DNS host')
  return checkServerIdentity(address, certificate)
}

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined

function failed(error: unknown, phase: Phase): ProbeResult {
  const code = codeOf(error)
  if (phase.secured)
    return { kind: 'http', detail: `The server closed the connection without an HTTP answer${suffix(code)}` }
  if (phase.connected) return { kind: 'tls', detail: tlsDetail(error, code) }
  return { kind: 'refused', detail: `The address does not accept connections${suffix(code)}` }
}

const suffix = (code: string | undefined): string => (code === undefined ? '' : ` (${code})`)

function tlsDetail(error: unknown, code: string | undefined): string {
  if (code === undefined && error instanceof Error) return `The certificate does not fit: ${error.message}`
  return `The TLS handshake failed${suffix(code)}`
}

/** How far a connection has come: the same reset means something else before and after the handshake. */
interface Phase {
  connected: boolean
  secured: boolean
}

function answered(status: number): ProbeResult {
  if (status >= 200 && status < 300) return { kind: 'ok', status }
  return { kind: 'http', detail: `The server answered ${status}`, status }
}

function look({ address, port, path, ca }: ProbeTarget, signal: AbortSignal): Promise<ProbeResult> {
  const phase: Phase = { connected: false, secured: false }
  return new Promise((resolve) => {
    const call = request({
      host: address,
      port,
      path,
      ca,
      servername: '', // no SNI for an address, as RFC 6066 says and Telegram does
      minVersion: 'TLSv1.2',
      checkServerIdentity: (_host, certificate) => checkIdentity(address, certificate),
      agent: false,
      maxHeaderSize: largestHead,
      headers: { 'user-agent': 'botyard-probe', connection: 'close' },
      signal,
    })
    call.on('socket', (socket) => {
      socket.once('connect', () => {
        phase.connected = true
      })
      socket.once('secureConnect', () => {
        phase.secured = true
      })
    })
    call.on('response', (response) => {
      resolve(answered(response.statusCode ?? 0)) // redirects included: they are not followed
      call.destroy() // the body is nobody's business
    })
    call.on('error', (error) => resolve(failed(error, phase)))
    call.end()
  })
}

/** Makes the probe. Throws when a range is not a CIDR. */
export function createProbe({ allowRanges, clock }: ProbeDeps): Probe {
  const mayConnect = createAddressPolicy(allowRanges)
  return async (target) => {
    target.signal.throwIfAborted()
    if (!mayConnect(target.address)) {
      return { kind: 'forbiddenAddress', detail: `${target.address} is not a public IPv4 address` }
    }
    const time = deadline(clock, limit, target.signal)
    try {
      const result = await look(target, time.signal)
      target.signal.throwIfAborted()
      if (result.kind !== 'ok' && result.status === undefined && time.signal.aborted) {
        return { kind: 'timeout', detail: `No answer within ${limit / 1_000} s` }
      }
      return result
    } catch (error) {
      target.signal.throwIfAborted()
      return { kind: 'http', detail: `The request cannot be made${suffix(codeOf(error))}` }
    } finally {
      time.release()
    }
  }
}
