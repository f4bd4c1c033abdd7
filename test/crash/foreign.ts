// What others have in the same Hetzner account: near enough to ours to be taken for it by a careless look.

import type { World } from '../../simulators/world.ts'
import type { Tenant } from './tenant.ts'

export const foreignNames: readonly string[] = ['somebody', 'echo-other']

/** A Project of the same cluster that this operator does not know, in another namespace. */
const labels = {
  'botyard.dev/cluster': 'lab',
  'botyard.dev/uid': '11111111-2222-4333-8444-555555555555',
  'botyard.dev/namespace': 'elsewhere',
  'botyard.dev/name': 'echo',
}

const publicKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDh5qfNJbHCIZkTVTHXkEPjRUCvGZqUOBQXM6sLKYVcF somebody'

/** One of each kind without labels, and one of each that costs money with labels of another Project. */
export async function seedForeign(world: World, { hetznerToken }: Tenant): Promise<void> {
  const post = async (path: string, body: object) => {
    const answer = await world.hcloud.fetch(
      new Request(`http://hetzner.test/v1${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${hetznerToken}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    )
    if (!answer.ok) throw new Error(`Cannot seed ${path}: ${await answer.text()}`)
  }
  const server = { server_type: 'cx23', image: 'debian-13', location: 'nbg1', start_after_create: false }
  await post('/ssh_keys', { name: 'somebody', public_key: publicKey })
  await post('/firewalls', { name: 'somebody', rules: [] })
  await post('/primary_ips', { name: 'somebody', type: 'ipv4', assignee_type: 'server', location: 'nbg1' })
  await post('/primary_ips', { name: 'echo-other', type: 'ipv4', assignee_type: 'server', location: 'nbg1', labels })
  await post('/servers', { ...server, name: 'somebody', ssh_keys: ['somebody'] })
  await post('/servers', { ...server, name: 'echo-other', ssh_keys: ['somebody'], labels })
}
