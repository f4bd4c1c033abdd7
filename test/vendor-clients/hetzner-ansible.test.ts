// Ansible's collection hetzner.hcloud, unchanged, against simulated Hetzner: a playbook, again, and its opposite.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { prepareAnsible } from '../../scripts/vendor-clients/python.ts'
import { describeClient } from './describe-client.ts'
import { runClient } from './run-client.ts'
import { hetznerToken, type ServedWorld, serveWorld } from './served-world.ts'

const ansible = await prepareAnsible()
const token = hetznerToken('ansible')

let served: ServedWorld
let home: string
beforeAll(async () => {
  served = await serveWorld({ seed: 4104 })
  home = await mkdtemp(path.join(tmpdir(), 'botyard-ansible-'))
  await writeFile(path.join(home, 'ansible.cfg'), '')
})
afterAll(async () => {
  await served[Symbol.asyncDispose]()
  await rm(home, { recursive: true })
})

/** The counts of the play's last line. */
async function play(name: string): Promise<Record<string, number>> {
  const { python = '', collections = '' } = ansible.ready ?? {}
  const { stdout, stderr, code } = await runClient({
    program: python,
    args: ['-m', 'ansible', 'playbook', path.join(import.meta.dirname, name)],
    env: {
      ...{ HCLOUD_ENDPOINT: served.hcloud, HCLOUD_TOKEN: token, HOME: home, ANSIBLE_HOME: home },
      ...{
        ANSIBLE_CONFIG: path.join(home, 'ansible.cfg'),
        ANSIBLE_COLLECTIONS_PATH: collections,
        ANSIBLE_PYTHON_INTERPRETER: python,
      },
      ...{ ANSIBLE_LOCALHOST_WARNING: 'false', ANSIBLE_INVENTORY_UNPARSED_WARNING: 'false' },
    },
    patience: 110_000,
  })
  if (code !== 0) throw new Error(`Cannot play ${name}: code ${code}\n${stdout}${stderr}`)
  const recap = stdout.slice(stdout.indexOf('PLAY RECAP'))
  return Object.fromEntries([...recap.matchAll(/(\w+)=(\d+)/g)].map(([, key, count]) => [key, Number(count)]))
}

describeClient('the Ansible collection', ansible, () => {
  it('makes what the playbook says', async () => {
    expect(await play('playbook.yaml')).toMatchObject({ ok: 6, changed: 4, failed: 0 })
    const account = served.hetzner(token)
    const address = account?.primaryIPs.find(({ name }) => name === 'address')
    expect(account).toMatchObject({
      servers: [{ name: 'server', status: 'running', type: 'cx23', ipv4: address?.ip, labels: { app: 'test' } }],
      firewalls: [{ name: 'firewall', rules: [{ port: '8443', description: 'webhook' }] }],
      sshKeys: [{ name: 'key', labels: { app: 'test' } }],
    })
  })

  it('changes nothing when it is played again', async () => {
    const before = served.hetzner(token)
    const writes = () => served.world.hcloud.requests.log().filter(({ method }) => method !== 'GET').length
    const writesBefore = writes()
    expect(await play('playbook.yaml')).toMatchObject({ ok: 6, changed: 0, failed: 0 })
    expect(writes()).toBe(writesBefore)
    expect(served.hetzner(token)).toEqual({ ...before, requestsLeft: expect.any(Number) })
  })

  it('removes everything again', async () => {
    expect(await play('playbook-removal.yaml')).toMatchObject({ ok: 4, changed: 4, failed: 0 })
    expect(served.hetzner(token)).toMatchObject({ servers: [], primaryIPs: [], firewalls: [], sshKeys: [] })
  })

  it('gets nothing that the vendor’s description does not allow', () => {
    expect(served.wrongAnswers).toEqual([])
  })
})
