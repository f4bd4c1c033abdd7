// What went wrong on the way to the API server or back, when it said nothing that could be understood.

/**
 * unreachable: nothing was sent; timeout: the call's deadline passed; broken: the connection ended too early;
 * malformed: the answer is not what Kubernetes sends; too_large: the answer is beyond the limit.
 */
export type ConnectionErrorCode = 'unreachable' | 'timeout' | 'broken' | 'malformed' | 'too_large'

export class ConnectionError extends Error {
  override readonly name = 'ConnectionError'
  readonly code: ConnectionErrorCode

  constructor(message: string, { code, cause }: { code: ConnectionErrorCode; cause?: unknown }) {
    super(message, { cause })
    this.code = code
  }

  /** Whether a write may have happened all the same. */
  get outcomeUnknown(): boolean {
    return this.code !== 'unreachable'
  }
}

export function isConnectionError(error: unknown): error is ConnectionError {
  return error instanceof ConnectionError
}

const beforeSending = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
  'NOT_BEGUN',
])

/** OpenSSL's words for a certificate that will not do: the handshake ended before anything was said. */
const badCertificate = /^(CERT_|ERR_TLS_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_)/

/** The error of a socket or of undici, told as what it means to a caller. */
export function toConnectionError(what: string, cause: unknown): ConnectionError {
  if (isConnectionError(cause)) return cause
  const { code = '', message = String(cause) } = (cause ?? {}) as { code?: string; message?: string }
  return new ConnectionError(`Cannot ${what}: ${message || code}`, {
    code: beforeSending.has(code) || badCertificate.test(code) ? 'unreachable' : 'broken',
    cause,
  })
}
