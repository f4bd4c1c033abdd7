// Typed calls to Hetzner: openapi-fetch knows the paths and shapes, the chain does the rest.

import createOpenapiClient, { type Client } from 'openapi-fetch'
import { z } from 'zod'
import type { Lane } from './account.ts'
import type { paths } from './api.gen.ts'
import { HcloudError } from './errors.ts'
import type { Answer, Call, Connection, Handler } from './exchange.ts'

/** Every call through it rejects with HcloudError unless the answer was a complete 2xx. */
export type Api = Client<paths>

export interface CallOptions {
  lane: Lane
  signal: AbortSignal
}

/** Opens the API for one connection. Cheap: made anew for each use. */
export type Connect = (connection: Connection, options: CallOptions) => Api

export interface ClientDeps {
  /** Base address, `/v1` included. */
  endpoint: string
  chain: Handler<Answer>
}

export function createConnect({ endpoint, chain }: ClientDeps): Connect {
  const basePath = new URL(endpoint).pathname.replace(/\/$/, '')

  return (connection, { lane, signal }) =>
    createOpenapiClient<paths>({
      baseUrl: endpoint,
      async fetch(request) {
        const isRead = request.method === 'GET'
        const body = isRead ? '' : await request.text()
        const call: Call = {
          method: request.method,
          url: request.url,
          route: routeOf(request.url, basePath),
          headers: body === '' ? {} : { 'content-type': 'application/json' },
          ...(body === '' ? {} : { body }),
          isRead,
          lane,
          connection,
          signal,
        }
        const { status, text } = await chain(call)
        return new Response(status === 204 ? null : text, { status })
      },
    })
}

/** `/v1/servers/42?page=1` → `/servers/{id}`: fit for metrics and messages. */
function routeOf(url: string, basePath: string): string {
  const path = new URL(url).pathname
  return path.slice(path.startsWith(basePath) ? basePath.length : 0).replace(/\/\d+(?=\/|$)/g, '/{id}')
}

/**
 * An answer of the expected shape, or HcloudError `unreadable_answer`: a property that is missing is never made up. With
 * `write`, what was asked for has probably happened all the same.
 */
export function parse<T extends z.ZodType>(schema: T, data: unknown, { write }: { write: boolean }): z.output<T> {
  const result = schema.safeParse(data)
  if (result.success) return result.data
  const [issue] = result.error.issues
  throw new HcloudError({
    errorClass: 'Transient',
    code: 'unreadable_answer',
    // Only where it is wrong: the value could be anything.
    message: `Cannot read the answer of Hetzner: wrong at ${issue?.path.join('.').slice(0, 100) || 'its root'}`,
    remedy: 'Nothing to do: it is tried again.',
    outcomeUnknown: write,
  })
}

const metaSchema = z.object({ pagination: z.object({ next_page: z.number().int().positive().nullable() }) })

/** The vendor's maximum. */
export const pageSize = 50
/** Far beyond any account: a stop for an answer that leads in circles. */
const mostPages = 400

export interface PagedList<T> {
  /** The property of the answer that holds the items. */
  key: string
  item: z.ZodType<T>
  read: (query: { page: number; per_page: number }) => Promise<{ data?: unknown }>
}

/** Reads a list to its last page; one page that fails fails the whole, because a part of a list proves nothing. */
export async function readPages<T>({ key, item, read }: PagedList<T>): Promise<readonly T[]> {
  const items: T[] = []
  for (let page = 1; page <= mostPages; ) {
    const { data } = await read({ page, per_page: pageSize })
    const { meta } = parse(z.object({ meta: metaSchema }), data, { write: false })
    items.push(...property(data, key, z.array(item)))
    const next = meta.pagination.next_page
    if (next === null) return items
    if (next <= page) break
    page = next
  }
  throw new HcloudError({
    errorClass: 'Transient',
    code: 'unreadable_answer',
    message: 'Cannot read a list of Hetzner: its pages do not end',
    remedy: 'Nothing to do: it is tried again.',
  })
}

/** One property of an answer to a read. */
export function property<T>(data: unknown, key: string, schema: z.ZodType<T>): T {
  return parse(z.object({ [key]: schema }), data, { write: false })[key] as T
}
