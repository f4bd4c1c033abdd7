// The body of POST /servers.

import { z } from 'zod'
import { firewallsPerServer } from './firewall-links.ts'
import { hostname, id, idOrName, labels } from './input.ts'
import { userData } from './user-data-input.ts'

export const createServerBody = z.strictObject({
  name: hostname,
  server_type: idOrName,
  image: idOrName,
  location: idOrName.optional(),
  start_after_create: z.boolean().default(true),
  ssh_keys: z.array(idOrName).default([]),
  user_data: userData.default(''),
  labels: labels.default({}),
  firewalls: z
    .array(z.strictObject({ firewall: id }))
    .max(firewallsPerServer)
    .default([]),
  networks: z.array(id).default([]),
  volumes: z.array(id).default([]),
  placement_group: id.optional(),
  automount: z.boolean().optional(),
  public_net: z
    .strictObject({
      enable_ipv4: z.boolean().default(true),
      enable_ipv6: z.boolean().default(true),
      ipv4: id.nullish(),
      ipv6: id.nullish(),
    })
    .prefault({}),
})

export type CreateServerBody = z.infer<typeof createServerBody>
