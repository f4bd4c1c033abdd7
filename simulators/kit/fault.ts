// One fault: what it does, to which requests, and what a well-formed one must hold.

export interface FaultScope {
  /**
   * Method and path: `POST /servers`, `ANY /servers/*`, `GET /bot*\/getMe`, `ANY *`. A `*` stands for any characters of
   * one segment, `**` for any characters, a lone `*` for every path. Letter case of the path does not count.
   */
  route: string
  /** How many requests it hits before it is spent; without it, all of them. */
  times?: number
  /** Share of the matching requests that it hits, 0 to 1, drawn from the seeded random source. */
  chance?: number
}

export type FaultKind =
  /** Late by `ms`: `before` (default) the effect, which happens even when the client has gone by then, or `after` it. */
  | { kind: 'delay'; ms: number; when?: 'before' | 'after' }
  /** Answers this status without the effect; the default body is an HTML page, as a proxy would send. */
  | { kind: 'status'; status: number; body?: string; contentType?: string; headers?: Record<string, string> }
  /** The effect happens; the answer keeps its status but its body is not what was promised. */
  | { kind: 'wrongBody'; body?: string; contentType?: string }
  | { kind: 'emptyBody' }
  /** No effect, and the request stays open until the client gives up. */
  | { kind: 'noAnswer' }
  /** The effect happens, then the connection drops. */
  | { kind: 'lostAnswer' }

export type Fault = FaultScope & FaultKind

/** Whether a route pattern covers a method and a path. */
export function routeMatcher(route: string): (method: string, path: string) => boolean {
  const [method = '', path = ''] = route.split(' ')
  const source = path
    .split(/(\*+)/)
    .map((part) => (part === '*' ? '[^/]*' : part.startsWith('**') ? '.*' : escapeForPattern(part)))
    .join('')
  const pattern = path === '*' ? /^/ : new RegExp(`^${source}$`, 'i')
  return (actualMethod, actualPath) =>
    (method === 'ANY' || method === actualMethod.toUpperCase()) && pattern.test(actualPath)
}

const escapeForPattern = (text: string): string => text.replaceAll(/[\\^$.+?()[\]{}|]/g, '\\$&')

const checksOfKind: Record<Fault['kind'], (fault: Record<string, unknown>) => string | undefined> = {
  delay: ({ ms }) => (typeof ms === 'number' && ms >= 0 ? undefined : 'ms must be a number of milliseconds'),
  status: ({ status }) => (isWhole(status, 200, 599) ? undefined : 'status must be from 200 to 599'),
  wrongBody: () => undefined,
  emptyBody: () => undefined,
  noAnswer: () => undefined,
  lostAnswer: () => undefined,
}

const isWhole = (value: unknown, least: number, most: number): boolean =>
  Number.isInteger(value) && Number(value) >= least && Number(value) <= most

/** Faults also arrive as JSON from people. Says what must hold, or nothing when the fault is well-formed. */
export function problemOfFault(raw: unknown): string | undefined {
  if (typeof raw !== 'object' || raw === null) return 'it must be an object'
  const { route, kind, times = 1, chance = 1 } = raw as Record<string, unknown>
  if (typeof route !== 'string' || !/^[A-Z]+ (\*|\/\S*)$/.test(route))
    return "route must look like 'POST /servers' or 'ANY *'"
  if (!Object.hasOwn(checksOfKind, String(kind))) return `kind must be one of ${Object.keys(checksOfKind).join(', ')}`
  if (!isWhole(times, 1, Number.MAX_SAFE_INTEGER)) return 'times must be 1 or more'
  if (typeof chance !== 'number' || chance <= 0 || chance > 1) return 'chance must be above 0 and at most 1'
  return checksOfKind[kind as Fault['kind']](raw as Record<string, unknown>)
}
