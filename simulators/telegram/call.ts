// Which bot, which method, which parameters: a call of the Bot API taken from a request.

import { BotApiError } from './bot-api-error.ts'
import type { Parameters } from './parameters.ts'
import { readParameters } from './read-parameters.ts'

export interface Call {
  token: string
  /** In lower case; empty when none was named. */
  name: string
  parameters: Parameters
}

/** `/bot<token>/METHOD`, or `/bot<token>/` with the method as a parameter. Throws BotApiError for what is no call. */
export async function readCall(request: Request): Promise<Call> {
  if (request.method !== 'GET' && request.method !== 'POST') throw new BotApiError(501, 'Not Implemented')
  const parameters = await readParameters(request)
  const [, token, name] = /^\/bot([^/]*)\/(.*)$/s.exec(pathOf(request)) ?? []
  if (token === undefined || name === undefined) throw new BotApiError(404, 'Not Found')
  if (/^test(\/|$)/.test(name)) throw new BotApiError(401, 'Unauthorized')
  return { token, name: (name || parameters.text('method')).toLowerCase(), parameters }
}

function pathOf(request: Request): string {
  const { pathname } = new URL(request.url)
  try {
    return decodeURIComponent(pathname)
  } catch {
    return pathname
  }
}
