// What a request asks for, in words that are the same in every run: verb and path without ids, names and secrets.

export type WorldName = 'kubernetes' | 'hcloud' | 'telegram'

export interface Call {
  world: WorldName
  /** The HTTP method; `LIST` and `WATCH` for Kubernetes; the API's own word for Telegram is in the path. */
  verb: string
  /** The path below the API's root with its query, ids as `:id`, uids as `:uid`; never a token. */
  path: string
  /** It may change something, inside the cluster or outside. */
  isWrite: boolean
}

export interface Asked {
  world: WorldName
  method: string
  /** As it stands in the request line. */
  target: string
}

const uid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g
/** Names that the operator gives end with 65 bits in base 32. */
const hash = /\b(echo|botyard)-[0-9a-v]{13}\b/g
/** SHA-256, also without its last digit, as a label holds it. */
const digest = /\b[0-9a-f]{63,64}\b/g
const address = /\b(?:\d{1,3}\.){3}\d{1,3}\b/g

/** Takes out what differs from run to run: uids, hashes in names, addresses, namespaces of tests. */
export const withoutIdentity = (text: string): string =>
  text
    .replaceAll(uid, ':uid')
    .replaceAll(hash, '$1-:hash')
    .replaceAll(digest, ':digest')
    .replaceAll(address, ':ip')
    .replaceAll(/\bplan-[0-9a-z]+\b/g, ':namespace')

export function describeCall(asked: Asked): Call {
  const words = { kubernetes, hcloud, telegram }[asked.world]
  return { world: asked.world, ...words(asked, new URL(asked.target, 'http://any')) }
}

type Words = Omit<Call, 'world'>

function kubernetes({ method }: Asked, { pathname, searchParams }: URL): Words {
  const short = pathname
    .replace(/^\/apis?\/(?:[^/]+\/)?v[^/]+\//, '/')
    .replace(/^\/namespaces\/([^/]+)\/(?=[^/]+\/)/, (_, name: string) => (name.includes('system') ? `/${name}/` : '/'))
  const isMany = /\/projects$/.test(pathname) && method === 'GET'
  const isWatch = searchParams.get('watch') === 'true' || searchParams.get('watch') === '1'
  const verb = isMany ? (isWatch ? 'WATCH' : 'LIST') : method
  const beginning = searchParams.has('sendInitialEvents') ? '?sendInitialEvents' : ''
  return { verb, path: withoutIdentity(short) + beginning, isWrite: method !== 'GET' }
}

function hcloud({ method }: Asked, { pathname, searchParams }: URL): Words {
  const path = pathname.replace(/^\/v1(?=\/)/, '').replaceAll(/\/\d+(?=\/|$)/g, '/:id')
  const asked = [...searchParams]
    .filter(([name, value]) => !isPaging(name, value))
    .map(([name, value]) => `${name}=${wordsOf(name, value)}`)
  const query = [...new Set(asked)].sort().join('&')
  return { verb: method, path: query === '' ? path : `${path}?${query}`, isWrite: method !== 'GET' }
}

/** Every list is asked for in the same way; only a further page is worth a word. */
const isPaging = (name: string, value: string): boolean =>
  ['per_page', 'sort'].includes(name) || (name === 'page' && value === '1')

const wordsOf = (name: string, value: string): string => (name === 'id' ? ':id' : withoutIdentity(value))

/** The bot's token is the first part of the path: nothing of it is looked at. */
function telegram({ method }: Asked, { pathname }: URL): Words {
  const name = /^\/bot[^/]*\/(.*)$/.exec(pathname)?.[1] ?? ':unknown'
  return { verb: method, path: `/${name}`, isWrite: !name.startsWith('get') }
}
