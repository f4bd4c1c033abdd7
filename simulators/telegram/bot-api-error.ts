// A refusal in the words of the Bot API. Everything a method throws on purpose is one of these.

export class BotApiError extends Error {
  override readonly name = 'BotApiError'
  readonly status: number
  /** Seconds; goes into `parameters.retry_after` and the Retry-After header. */
  readonly retryAfter: number | undefined

  constructor(status: number, description: string, retryAfter?: number) {
    super(description)
    this.status = status
    this.retryAfter = retryAfter
  }
}

export const badRequest = (what: string): BotApiError => new BotApiError(400, `Bad Request: ${what}`)

export const badWebhook = (what: string): BotApiError => badRequest(`bad webhook: ${what}`)

export const conflict = (what: string): BotApiError => new BotApiError(409, `Conflict: ${what}`)

export const tooManyRequests = (seconds: number): BotApiError =>
  new BotApiError(429, `Too Many Requests: retry after ${seconds}`, seconds)

export const requestTooLarge = (): BotApiError => new BotApiError(413, 'Request Entity Too Large')

export function errorResponse(error: BotApiError): Response {
  const { status, message: description, retryAfter } = error
  const body = { ok: false, error_code: status, description }
  if (retryAfter === undefined) return Response.json(body, { status })
  const parameters = { retry_after: retryAfter }
  return Response.json({ ...body, parameters }, { status, headers: { 'retry-after': String(retryAfter) } })
}
