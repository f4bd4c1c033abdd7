// What a simulator has just answered, as oracles want to know it.

import type { Handler } from '../../simulators/kit/handler.ts'

export interface WorldEvent {
  method: string
  /** Path and query, ids included. */
  target: string
  status: number
  /** The code of a refusal by Hetzner. */
  code: string
}

/** Tells of each request, whoever made it, when it was answered. */
export const telling = (handler: Handler, tell: (event: WorldEvent) => void): Handler => {
  return async (request) => {
    const response = await handler(request)
    tell(await eventOf(request, response))
    return response
  }
}

async function eventOf(request: Request, response: Response): Promise<WorldEvent> {
  const { pathname, search } = new URL(request.url)
  const { status } = response
  const refusal = status === 409 ? ((await response.clone().json()) as { error?: { code?: string } }) : {}
  return { method: request.method, target: pathname + search, status, code: refusal.error?.code ?? '' }
}
