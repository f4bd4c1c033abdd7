// The way of a request through the API: route, token, verb, rights, budget, body, handler, and the headers of every answer.

import { BodyTooLarge, type Handler } from '../kit/handler.ts'
import { createRouter, type RouteContext } from '../kit/router.ts'
import type { Answer, Call, Endpoint } from './endpoint.ts'
import { ApiFailure } from './errors.ts'
import { jsonError } from './input.ts'
import { rateLimitExceeded, spendRequest } from './rate-limit.ts'
import type { HetznerProject, Token } from './state.ts'
import type { World } from './world.ts'

/** Serves everything below `/v1`; the rest is 404. */
export function createApi(world: World, endpoints: readonly Endpoint[]): Handler {
  // `/servers/actions` goes before `/servers/:id`, whatever the order of the tables.
  const paths = [...Map.groupBy(endpoints, ({ path }) => path)].sort(([a], [b]) => variablesIn(a) - variablesIn(b))
  const routes = paths.map(([path, ofPath]) => ({
    method: 'ANY',
    path: `/v1${path}`,
    async handle(context: RouteContext) {
      const text = await textOf(context.request)
      const { answer, headers } = answerTo({ world, context, text, endpoints: ofPath })
      return toResponse(world, answer, headers)
    },
  }))
  return createRouter(routes, async () => toResponse(world, failed(unknownRoute())))
}

const variablesIn = (path: string): number => path.split(':').length

interface Incoming {
  world: World
  context: RouteContext
  /** A body that is too large is told when it would be read. */
  text: string | ApiFailure
  endpoints: readonly Endpoint[]
}

interface Outcome {
  answer: Answer
  headers?: Record<string, string>
}

/** The order of the checks is the real one: an unknown path is 404 without a token, a wrong verb is 401 without one. */
function answerTo(incoming: Incoming): Outcome {
  const { world } = incoming
  const entry = authenticate(incoming)
  if (entry instanceof ApiFailure) return { answer: failed(entry) }
  const { project } = entry
  const { allowed, headers } = spendRequest(project, world)
  const answer = allowed
    ? permitted(incoming, entry)
    : failed(rateLimitExceeded(project.budget.perHour, entry.token.token))
  return { answer, headers }
}

function permitted(incoming: Incoming, { project, token }: { project: HetznerProject; token: Token }): Answer {
  const { method } = incoming.context.request
  const endpoint = incoming.endpoints.find((one) => one.method === method)
  if (endpoint === undefined) return failed(methodNotAllowed())
  if (token.readOnly && method !== 'GET') return failed(tokenReadOnly())
  return handle(endpoint, project, incoming)
}

function authenticate({ world, context }: Incoming): { project: HetznerProject; token: Token } | ApiFailure {
  const header = context.request.headers.get('authorization')
  if (header === null) return unauthorized('token is required')
  const [, token = ''] = /^Bearer (.*)$/i.exec(header) ?? []
  return world.authenticate(token) ?? unauthorized('the provided token is invalid')
}

function handle(endpoint: Endpoint, project: HetznerProject, { world, context, text }: Incoming): Answer {
  const { url, params } = context
  try {
    if (text instanceof ApiFailure) throw text
    const call: Call = { world, project, url, params, body: text === '' ? undefined : parseJSON(text) }
    const answer = endpoint.handle(call)
    if (endpoint.method !== 'GET') world.changed(project)
    return answer
  } catch (error) {
    if (error instanceof ApiFailure) return failed(error)
    throw error
  }
}

/** Far more than the largest user data in its worst spelling. What the real limit is, nobody says. */
const bodyLimitBytes = 1024 * 1024

async function textOf(request: Request): Promise<string | ApiFailure> {
  try {
    const text = await request.text()
    return Buffer.byteLength(text) > bodyLimitBytes ? bodyTooLarge() : text
  } catch (error) {
    if (error instanceof BodyTooLarge) return bodyTooLarge()
    throw error
  }
}

function parseJSON(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw jsonError()
  }
}

function toResponse(world: World, { status, body, headers }: Answer, more: Record<string, string> = {}): Response {
  const init = { status, headers: { ...headers, ...more, 'x-correlation-id': correlationID(world.random) } }
  if (body === undefined) return new Response(null, init)
  return Response.json(world.faults.strangeAnswers && status < 300 ? extended(body) : body, init)
}

/** One more member in every object: labels are the user's own and stay as they are. */
function extended(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => extended(item))
  if (typeof value !== 'object' || value === null || name === 'labels') return value
  const members = Object.entries(value).map(([key, member]) => [key, extended(member, key)])
  return { ...Object.fromEntries(members), introduced_later: true }
}

const correlationID = (random: () => number): string =>
  Array.from({ length: 4 }, () =>
    Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0'),
  ).join('')

const failed = (failure: ApiFailure): Answer => ({ status: failure.status, body: failure.body })

const unknownRoute = (): ApiFailure =>
  new ApiFailure({ status: 404, code: 'not_found', message: 'api route not found' })

const unauthorized = (message: string): ApiFailure => new ApiFailure({ status: 401, code: 'unauthorized', message })

const tokenReadOnly = (): ApiFailure =>
  new ApiFailure({ status: 401, code: 'token_readonly', message: 'token is only allowed to perform GET requests' })

const bodyTooLarge = (): ApiFailure =>
  new ApiFailure({ status: 413, code: 'invalid_input', message: 'the request body is too large', details: {} })

const methodNotAllowed = (): ApiFailure =>
  new ApiFailure({ status: 405, code: 'method_not_allowed', message: 'method not allowed' })
