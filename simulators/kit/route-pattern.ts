// Which requests a fault means: a verb and a path pattern, such as `POST /servers/*/actions/poweron`.

/** What a fault looks at of a request: the verb, and the path without what every path of that world begins with. */
export interface RequestLine {
  method: string
  path: string
}

/**
 * `POST /servers`, `ANY /servers/*`, `GET /bot*\/getMe`, `ANY *`. A `*` stands for any characters of one segment, `**` for
 * any characters, a lone `*` for every path. Letter case of the path does not count.
 */
export const routePattern = /^[A-Z]+ (\*|\/\S*)$/

/** Whether a route covers a request. The route must match `routePattern`. */
export function routeMatcher(route: string): (request: RequestLine) => boolean {
  const [verb = '', wanted = ''] = route.split(' ')
  const source = wanted
    .split(/(\*+)/)
    .map((part) => (part === '*' ? '[^/]*' : part.startsWith('**') ? '.*' : escapeForPattern(part)))
    .join('')
  const pattern = wanted === '*' ? /^/ : new RegExp(`^${source}$`, 'i')
  return ({ method, path }) => (verb === 'ANY' || verb === method.toUpperCase()) && pattern.test(path)
}

/** Names of things in the same writing: `*` stands for any characters. */
export function nameMatcher(pattern: string): (name: string) => boolean {
  const source = pattern.split(/\*+/).map(escapeForPattern).join('.*')
  const whole = new RegExp(`^${source}$`)
  return (name) => whole.test(name)
}

const escapeForPattern = (text: string): string => text.replaceAll(/[\\^$.+?()[\]{}|]/g, '\\$&')
