// Finds the handler of a method and path. Small on purpose: literal segments and `:name` segments, first match wins.

import type { Handler } from './handler.ts'

export interface RouteContext {
  request: Request
  url: URL
  /** The values of the `:name` segments, percent-decoded. */
  params: Readonly<Record<string, string>>
}

export interface Route {
  /** GET, POST, … or ANY. */
  method: string
  /** For instance `/servers/:id/actions/poweron`. */
  path: string
  handle(context: RouteContext): Response | Promise<Response>
}

/** Routes that match nothing go to `otherwise`. */
export function createRouter(routes: readonly Route[], otherwise: Handler): Handler {
  const table = routes.map((route) => ({ ...route, segments: segmentsOf(route.path) }))
  return async (request) => {
    const url = new URL(request.url)
    const actual = segmentsOf(url.pathname)
    for (const { method, segments, handle } of table) {
      if (method !== 'ANY' && method !== request.method) continue
      const params = match(segments, actual)
      if (params !== undefined) return await handle({ request, url, params })
    }
    return otherwise(request)
  }
}

const segmentsOf = (path: string): string[] => path.split('/').slice(1)

function match(pattern: readonly string[], actual: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== actual.length) return undefined
  const params: Record<string, string> = {}
  for (const [index, expected] of pattern.entries()) {
    const value = actual[index] ?? ''
    if (expected.startsWith(':') && value !== '') params[expected.slice(1)] = decode(value)
    else if (expected !== value) return undefined
  }
  return params
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
