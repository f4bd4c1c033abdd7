// SSH keys: needed for one moment only, so nothing is cached.

import { z } from 'zod'
import type { SSHKeys } from './account.ts'
import { createBook, type ListFilter } from './book.ts'
import { type CallOptions, parse, property, readPages } from './client.ts'
import { deleted } from './deleted.ts'
import type { SSHKey } from './domain.ts'
import type { Reach } from './reach.ts'

export const sshKeySchema = z
  .object({
    id: z.number().int(),
    name: z.string(),
    fingerprint: z.string(),
    public_key: z.string(),
    labels: z.record(z.string(), z.string()),
  })
  .transform(({ public_key: publicKey, ...key }): SSHKey => ({ ...key, publicKey }))

export function createSSHKeys(reach: Reach): SSHKeys {
  const list = (filter: ListFilter, options: CallOptions): Promise<readonly SSHKey[]> =>
    readPages({
      key: 'ssh_keys',
      item: sshKeySchema,
      read: (page) =>
        reach.api(options).GET('/ssh_keys', { params: { query: { ...filter, ...page, sort: ['id:asc'] } } }),
    })

  async function get(id: number, options: CallOptions): Promise<SSHKey> {
    const { data } = await reach.api(options).GET('/ssh_keys/{id}', { params: { path: { id } } })
    return property(data, 'ssh_key', sshKeySchema)
  }

  return {
    ...createBook({ reach, list, get }),

    async create({ name, publicKey, labels }, options) {
      const body = { name, public_key: publicKey, labels: { ...labels } }
      const { data } = await reach.api(options).POST('/ssh_keys', { body })
      return parse(z.object({ ssh_key: sshKeySchema }), data, { write: true }).ssh_key
    },

    delete: (id, options) => deleted(reach.api(options).DELETE('/ssh_keys/{id}', { params: { path: { id } } })),
  }
}
