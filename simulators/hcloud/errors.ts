// What the simulated API refuses, with the status, code and details that its clients decide on. Texts are only gists.

/** A request that ends with an error body. Thrown by handlers before they have changed anything. */
export class ApiFailure extends Error {
  override readonly name = 'ApiFailure'
  readonly status: number
  readonly code: string
  readonly details: object | null

  constructor(answer: { status: number; code: string; message: string; details?: object | null }) {
    super(answer.message)
    this.status = answer.status
    this.code = answer.code
    this.details = answer.details ?? null
  }

  get body(): object {
    return { error: { code: this.code, message: this.message, details: this.details } }
  }
}

export interface InvalidField {
  name: string
  messages: string[]
}

export function invalidFields(fields: readonly InvalidField[]): ApiFailure {
  const [first] = fields
  const message = `invalid input in field '${first?.name ?? ''}', message: ${first?.messages.join(', ') ?? ''}`
  return new ApiFailure({ status: 422, code: 'invalid_input', message, details: { fields } })
}

export const invalidField = (name: string, message: string): ApiFailure =>
  invalidFields([{ name, messages: [message] }])

/** Without details: the API words a few impossible combinations so. */
export const invalidInput = (message: string): ApiFailure =>
  new ApiFailure({ status: 422, code: 'invalid_input', message, details: {} })

export const unprocessable = (code: string, message: string): ApiFailure =>
  new ApiFailure({ status: 422, code, message })

export const notFound = (what: string, id: number | string): ApiFailure =>
  new ApiFailure({ status: 404, code: 'not_found', message: `${what} with ID '${id}' not found` })

export const nameTaken = (message: string): ApiFailure =>
  new ApiFailure({ status: 409, code: 'uniqueness_error', message, details: { fields: [{ name: 'name' }] } })

export const locked = (what: string): ApiFailure =>
  new ApiFailure({ status: 423, code: 'locked', message: `cannot perform operation because ${what} is locked` })

export const isProtected = (what: string): ApiFailure =>
  new ApiFailure({ status: 423, code: 'protected', message: `${what} deletion is protected` })

export const limitExceeded = (limit: string, message: string): ApiFailure =>
  new ApiFailure({ status: 403, code: 'resource_limit_exceeded', message, details: { limits: [{ name: limit }] } })

export const unavailable = (message: string): ApiFailure =>
  new ApiFailure({ status: 412, code: 'resource_unavailable', message, details: {} })

export const goneEndpoint = (message: string): ApiFailure =>
  new ApiFailure({
    status: 410,
    code: 'deprecated_api_endpoint',
    message,
    details: { announcement: 'https://docs.hetzner.cloud/changelog' },
  })
