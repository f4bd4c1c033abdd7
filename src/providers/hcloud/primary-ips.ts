// Primary IPs: addresses that outlive servers.

import { z } from 'zod'
import type { PrimaryIPs } from './account.ts'
import { actionSchema } from './action-schema.ts'
import { createBook, type ListFilter } from './book.ts'
import type { CachedList } from './cached-list.ts'
import { type Api, type CallOptions, pageSize, parse, property, readPages } from './client.ts'
import { deleted } from './deleted.ts'
import type { Action, PrimaryIP } from './domain.ts'
import { type Reach, write } from './reach.ts'

export const primaryIPSchema = z
  .object({
    id: z.number().int(),
    name: z.string(),
    ip: z.string(),
    type: z.enum(['ipv4', 'ipv6']),
    location: z.object({ name: z.string() }),
    assignee_id: z.number().int().nullable(),
    auto_delete: z.boolean(),
    labels: z.record(z.string(), z.string()),
  })
  .transform(
    (wire): PrimaryIP => ({
      id: wire.id,
      name: wire.name,
      ip: wire.ip,
      type: wire.type,
      location: wire.location.name,
      assigneeID: wire.assignee_id,
      autoDelete: wire.auto_delete,
      labels: wire.labels,
    }),
  )

/** What a difference between two sweeps is judged by. */
export const printPrimaryIP = (ip: PrimaryIP): string =>
  JSON.stringify([
    ...[ip.name, ip.ip, ip.location, ip.assigneeID, ip.autoDelete],
    Object.entries(ip.labels).sort(([a], [b]) => (a < b ? -1 : 1)),
  ])

export function listPrimaryIPs(api: Api, filter: ListFilter): Promise<readonly PrimaryIP[]> {
  return readPages({
    key: 'primary_ips',
    item: primaryIPSchema,
    read: (page) => api.GET('/primary_ips', { params: { query: { ...filter, ...page, sort: ['id:asc'] } } }),
  })
}

export interface PrimaryIPsDeps {
  reach: Reach
  cache: CachedList<PrimaryIP>
  clusterSelector: string
  learnActions(actions: readonly Action[]): void
}

const answerSchema = z.object({ primary_ip: primaryIPSchema })

export function createPrimaryIPs({ reach, cache, clusterSelector, learnActions }: PrimaryIPsDeps): PrimaryIPs {
  const list = (filter: ListFilter, options: CallOptions) => listPrimaryIPs(reach.api(options), filter)

  async function get(id: number, options: CallOptions): Promise<PrimaryIP> {
    const { data } = await reach.api(options).GET('/primary_ips/{id}', { params: { path: { id } } })
    return property(data, 'primary_ip', primaryIPSchema)
  }

  // Not bound to the asker's signal: others share the read.
  const readAll = () =>
    list({ label_selector: clusterSelector }, { lane: 'repair', signal: new AbortController().signal })

  function learn(data: unknown): PrimaryIP {
    const { primary_ip: ip } = parse(answerSchema, data, { write: true })
    cache.merge(ip)
    return ip
  }

  return {
    ...createBook({ reach, list, get, cache: { list: cache, readAll, pageSize } }),

    create: ({ autoDelete, labels, ...body }, options) =>
      write(reach, { ...options, merges: 'primaryIPs' }, async (api) => {
        const { data } = await api.POST('/primary_ips', {
          body: { ...body, auto_delete: autoDelete, labels: { ...labels } },
        })
        return learn(data)
      }),

    update: (id, { name, labels, autoDelete }, options) =>
      write(reach, { ...options, merges: 'primaryIPs' }, async (api) => {
        const body = {
          ...(name === undefined ? {} : { name }),
          ...(labels === undefined ? {} : { labels: { ...labels } }),
          ...(autoDelete === undefined ? {} : { auto_delete: autoDelete }),
        }
        const { data } = await api.PUT('/primary_ips/{id}', { params: { path: { id } }, body })
        return learn(data)
      }),

    delete: (id, options) =>
      write(reach, { ...options, outdates: ['primaryIPs'] }, async (api) => {
        const existed = await deleted(api.DELETE('/primary_ips/{id}', { params: { path: { id } } }))
        cache.remove(id)
        return existed
      }),

    unassign: (id, options) =>
      write(reach, { ...options, outdates: ['servers', 'primaryIPs'] }, async (api) => {
        const { data } = await api.POST('/primary_ips/{id}/actions/unassign', { params: { path: { id } } })
        const { action } = parse(z.object({ action: actionSchema }), data, { write: true })
        learnActions([action])
        return action.id
      }),
  }
}
