// Servers: how they look on the wire, and what can be done with them.

import { z } from 'zod'
import type { ServerCreate, Servers, WriteOptions } from './account.ts'
import { actionSchema } from './action-schema.ts'
import type { components } from './api.gen.ts'
import { createBook, type ListFilter } from './book.ts'
import type { CachedList } from './cached-list.ts'
import { type Api, type CallOptions, pageSize, parse, property, readPages } from './client.ts'
import type { Action, Server } from './domain.ts'
import { isNotFound } from './errors.ts'
import { type Reach, write } from './reach.ts'

/** Reads leniently: new properties and new states are the vendor's right; what is read must be there. */
export const serverSchema = z
  .object({
    id: z.number().int(),
    name: z.string(),
    status: z.string(),
    created: z.string(),
    public_net: z.object({
      ipv4: z.object({ id: z.number().int().optional(), ip: z.string() }).nullable(),
      ipv6: z.object({ ip: z.string() }).nullable(),
      firewalls: z.array(z.object({ id: z.number().int().optional() })).optional(),
    }),
    server_type: z.object({ name: z.string() }),
    location: z.object({ name: z.string() }),
    image: z.object({ id: z.number().int(), name: z.string().nullable() }).nullable(),
    locked: z.boolean(),
    labels: z.record(z.string(), z.string()),
  })
  .transform((wire): Server => {
    const { ipv4, ipv6, firewalls = [] } = wire.public_net
    return {
      id: wire.id,
      name: wire.name,
      status: wire.status,
      created: wire.created,
      ...(ipv4?.id === undefined ? {} : { ipv4: { id: ipv4.id, ip: ipv4.ip } }),
      ...(ipv6 === null ? {} : { ipv6: ipv6.ip }),
      type: wire.server_type.name,
      location: wire.location.name,
      ...(wire.image === null ? {} : { image: wire.image }),
      labels: wire.labels,
      locked: wire.locked,
      firewallIDs: firewalls.flatMap(({ id }) => (id === undefined ? [] : [id])),
    }
  })

/** What a difference between two sweeps is judged by. Not `locked`: it flickers with every action. */
export const printServer = (server: Server): string =>
  JSON.stringify([
    ...[server.name, server.status, server.type, server.location, server.image?.id, server.ipv4, server.ipv6],
    [...server.firewallIDs].sort((a, b) => a - b),
    Object.entries(server.labels).sort(([a], [b]) => (a < b ? -1 : 1)),
  ])

/** Any other state is on its way to one of these: too short-lived to be taken from a list of half a minute ago. */
export const isSettledServer = ({ status }: Server): boolean => status === 'running' || status === 'off'

export function listServers(api: Api, filter: ListFilter): Promise<readonly Server[]> {
  return readPages({
    key: 'servers',
    item: serverSchema,
    read: (page) => api.GET('/servers', { params: { query: { ...filter, ...page, sort: ['id:asc'] } } }),
  })
}

export interface ServersDeps {
  reach: Reach
  cache: CachedList<Server>
  /** Everything of this cluster, for sweeps. */
  clusterSelector: string
  /** Told of actions that answers carry. */
  learnActions(actions: readonly Action[]): void
}

export function createServers({ reach, cache, clusterSelector, learnActions }: ServersDeps): Servers {
  const list = (filter: ListFilter, options: CallOptions) => listServers(reach.api(options), filter)

  async function get(id: number, options: CallOptions): Promise<Server> {
    const { data } = await reach.api(options).GET('/servers/{id}', { params: { path: { id } } })
    return property(data, 'server', serverSchema)
  }

  /** One of the actions without a body. */
  const act = (name: 'poweron' | 'poweroff' | 'shutdown' | 'reboot' | 'reset') => (id: number, options: WriteOptions) =>
    write(reach, { ...options, outdates: ['servers'] }, async (api) => {
      const { data } = await api.POST(`/servers/{id}/actions/${name}`, { params: { path: { id } } })
      return learn(data)
    })

  function learn(data: unknown): number {
    const { action } = parse(z.object({ action: actionSchema }), data, { write: true })
    learnActions([action])
    return action.id
  }

  return {
    ...createBook({
      reach,
      list,
      get,
      cache: { list: cache, readAll: clusterReader(reach, clusterSelector), pageSize },
    }),

    create: (body, options) =>
      write(reach, { ...options, outdates: ['servers', 'primaryIPs'] }, async (api) => {
        const { data } = await api.POST('/servers', { body: toWire(body) })
        const { server, action, next_actions: next } = parse(createdSchema, data, { write: true })
        cache.merge(server)
        learnActions([action, ...next])
        return { server, actionIDs: [action.id, ...next.map(({ id }) => id)] }
      }),

    update: (id, change, options) =>
      write(reach, { ...options, merges: 'servers' }, async (api) => {
        const { data } = await api.PUT('/servers/{id}', { params: { path: { id } }, body: copyLabels(change) })
        const { server } = parse(z.object({ server: serverSchema }), data, { write: true })
        cache.merge(server)
        return server
      }),

    powerOn: act('poweron'),
    powerOff: act('poweroff'),
    shutdown: act('shutdown'),
    reboot: act('reboot'),
    reset: act('reset'),

    delete: (id, options) =>
      write(reach, { ...options, outdates: ['servers', 'primaryIPs'] }, async (api) => {
        try {
          const { data } = await api.DELETE('/servers/{id}', { params: { path: { id } } })
          return learn(data)
        } catch (error) {
          if (!isNotFound(error)) throw error
          cache.remove(id)
          return undefined
        }
      }),
  }
}

const createdSchema = z.object({
  server: serverSchema,
  action: actionSchema,
  next_actions: z.array(actionSchema),
})

/** Reads everything of this cluster through this holder's token. Not bound to the asker's signal: others share it. */
const clusterReader = (reach: Reach, label_selector: string) => () =>
  listServers(reach.api({ lane: 'repair', signal: new AbortController().signal }), { label_selector })

function toWire(body: ServerCreate): components['schemas']['ServerCreate'] {
  return {
    name: body.name,
    server_type: body.type,
    image: body.image,
    location: body.location,
    start_after_create: body.startAfterCreate ?? true,
    ssh_keys: [...body.sshKeys],
    user_data: body.userData,
    labels: { ...body.labels },
    firewalls: body.firewallIDs.map((firewall) => ({ firewall })),
    public_net: {
      enable_ipv4: true,
      enable_ipv6: body.ipv6,
      ...(body.ipv4ID === undefined ? {} : { ipv4: body.ipv4ID }),
    },
  }
}

/** The generated types want what they are given to be their own. */
const copyLabels = ({ name, labels }: { name?: string; labels?: Readonly<Record<string, string>> }) => ({
  ...(name === undefined ? {} : { name }),
  ...(labels === undefined ? {} : { labels: { ...labels } }),
})
