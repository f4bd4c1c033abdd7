// Kinds of resources that Hetzner has and nobody can order here. Their lists are there, and empty: the vendor's programs
// ask for all kinds when a person wants to see everything.

import type { Endpoint } from './endpoint.ts'
import { unprocessable } from './errors.ts'
import { type ListOf, listAnswer } from './paging.ts'

type Item = { id: number; name: string; created: string }

interface Kind {
  /** Both the path and the member of the answer. */
  plural: string
  sorts: readonly (keyof Item)[]
  /** Beside the name. */
  enums?: ListOf<Item>['enums']
}

const kinds: readonly Kind[] = [
  { plural: 'load_balancers', sorts: ['id', 'name', 'created'] },
  { plural: 'floating_ips', sorts: ['id', 'created'] },
  { plural: 'certificates', sorts: ['id', 'name', 'created'], enums: { type: ['uploaded', 'managed'] } },
  { plural: 'zones', sorts: ['id', 'name', 'created'], enums: { mode: ['primary', 'secondary'] } },
]

export const emptyListEndpoints: readonly Endpoint[] = kinds.flatMap(({ plural, sorts, enums = {} }): Endpoint[] => [
  {
    method: 'GET',
    path: `/${plural}`,
    handle: (call) =>
      listAnswer<Item>(call, {
        member: plural,
        items: [],
        sorts: Object.fromEntries(sorts.map((name) => [name, (item) => item[name]])),
        filters: {
          name: ({ name }) => name,
          ...Object.fromEntries(Object.keys(enums).map((name) => [name, () => ''])),
        },
        enums,
        labels: () => ({}),
        view: (item) => item,
      }),
  },
  {
    method: 'POST',
    path: `/${plural}`,
    handle() {
      throw unprocessable('unsupported_error', `${plural.replace('_', ' ')} cannot be ordered from the simulator`)
    },
  },
])
