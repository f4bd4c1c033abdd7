// The hcloud program, unchanged, against simulated Hetzner: what a person types, and what it did to the world.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { findHcloudCLI } from '../../scripts/vendor-clients/hcloud-cli.ts'
import { describeClient } from './describe-client.ts'
import { runClient } from './run-client.ts'
import { hetznerToken, type ServedWorld, serveWorld } from './served-world.ts'

const prepared = await findHcloudCLI()
const publicKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGb1YgIgiYdpzZHtnMD0m6Xx4CGH1MlGRmWzAjNPj5Vr test\n'
const token = hetznerToken('cli')

let served: ServedWorld
let folder: string
beforeAll(async () => {
  served = await serveWorld({ seed: 4102 })
  folder = await mkdtemp(path.join(tmpdir(), 'botyard-hcloud-cli-'))
  await writeFile(path.join(folder, 'key.pub'), publicKey)
  await writeFile(path.join(folder, 'user-data'), '#cloud-config\n{}\n')
})
afterAll(async () => {
  await served[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

/** `HCLOUD_CONFIG` points to nothing: what the person at this machine has configured must not count. */
const type = (command: string, ...more: string[]) =>
  runClient({
    program: prepared.ready?.program ?? '',
    args: [...command.split(' '), ...more],
    env: {
      ...{ HCLOUD_ENDPOINT: served.hcloud, HCLOUD_TOKEN: token, HCLOUD_POLL_INTERVAL: '100ms' },
      HCLOUD_CONFIG: path.join(folder, 'none.toml'),
    },
  })

async function typed(command: string, ...more: string[]): Promise<string> {
  const { code, stdout, stderr } = await type(command, ...more)
  expect({ command, code, stderr: code === 0 ? '' : stderr }).toEqual({ command, code: 0, stderr: '' })
  return stdout
}

const file = (name: string): string => path.join(folder, name)
const account = () => served.hetzner(token)
const server = () => account()?.servers[0]

/** Types a command, or asks the API for the same where an old program uses a word of the past. */
async function order(command: string, { path: where, body }: { path: string; body: object }): Promise<void> {
  if (prepared.ready?.isCurrent) await typed(command)
  else {
    const init = { method: 'POST', body: JSON.stringify(body), headers: { authorization: `Bearer ${token}` } }
    expect((await fetch(`${served.hcloud}${where}`, init)).status).toBe(201)
  }
}

describeClient('hcloud', prepared, () => {
  it('orders a server with all that belongs to it', async () => {
    await typed(`ssh-key create --name key --public-key-from-file ${file('key.pub')}`)
    await order('primary-ip create --name address --type ipv4 --location nbg1', {
      path: '/primary_ips',
      body: { name: 'address', type: 'ipv4', location: 'nbg1', auto_delete: false },
    })
    await typed('firewall create --name firewall')
    const anywhere = '--source-ips 0.0.0.0/0 --source-ips ::/0'
    await typed(`firewall add-rule firewall --direction in --protocol tcp --port 8443 ${anywhere}`)
    const parts = '--ssh-key key --primary-ipv4 address --firewall firewall --label app=test'
    const what = '--name server --type cx23 --image debian-13 --location nbg1'
    const said = await typed(`server create ${what} ${parts} --user-data-from-file ${file('user-data')}`)
    const address = account()?.primaryIPs.find(({ name }) => name === 'address')
    expect(said).toContain(`IPv4: ${address?.ip}`)
    expect(server()).toMatchObject({
      ...{ name: 'server', status: 'running', type: 'cx23', location: 'nbg1', labels: { app: 'test' } },
      ...{ ipv4: address?.ip, firewalls: [{ status: 'applied' }], userData: { bytes: 17 } },
    })
    expect(account()).toMatchObject({ firewalls: [{ rules: [{ port: '8443' }] }], sshKeys: [{ name: 'key' }] })
  })

  it('shows what there is', async () => {
    const id = server()?.id
    expect(JSON.parse(await typed('server list --selector app=test --output json'))).toMatchObject([{ id }])
    expect(JSON.parse(await typed('server list --selector app=other --output json')) ?? []).toEqual([])
    expect(await typed('server list')).toMatch(/ID +NAME +STATUS.*\n\d+ +server +running +127\./)
    expect(await typed('server describe server')).toMatch(/Image:.*Type:.*system.*Labels:/s)
    expect(JSON.parse(await typed(`server describe ${id} --output json`))).toMatchObject({ name: 'server' })
    expect(await typed('primary-ip list --output noheader --output columns=name,assignee')).toMatch(
      /address +Server server/,
    )
    expect(await typed('server ip server')).toBe(`${server()?.ipv4}\n`)
    for (const list of ['ssh-key', 'firewall', 'server-type', 'image', 'location', 'primary-ip'])
      expect((await typed(`${list} list`)).split('\n').length).toBeGreaterThan(2)
    for (const thing of ['ssh-key describe key', 'firewall describe firewall', 'server-type describe cx23'])
      expect(await typed(thing)).toMatch(/^ID:/)
  })

  it('lists everything, also kinds of which there is nothing', async () => {
    const empty = ['load-balancer', 'floating-ip', 'certificate', 'volume']
    for (const kind of empty) {
      expect((await typed(`${kind} list`)).split('\n'), kind).toEqual([expect.stringMatching(/^ID +.*NAME/), ''])
      expect(await type(`${kind} describe nothing`)).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/not found/),
      })
    }
    // Debian's lists one kind at a time.
    const isKnown = (await typed('all list --help')).includes('all list')
    if (isKnown) expect(await typed('all list')).toMatch(/SERVERS.*\n\d+ +server +running/s)
    const asked = served.world.hcloud.requests.counts().filter(({ status }) => status >= 400)
    expect(asked).toEqual([])
  })

  it('turns it off and on, and renames and labels it', async () => {
    await typed('server poweroff server')
    expect(server()).toMatchObject({ status: 'off' })
    await typed('server poweron server')
    for (const command of ['reboot', 'reset']) await typed(`server ${command} server`)
    expect(server()).toMatchObject({ status: 'running' })
    await typed('server add-label server tier=one')
    await typed('server remove-label server app')
    await typed('server update server --name renamed')
    expect(server()).toMatchObject({ name: 'renamed', labels: { tier: 'one' } })
    await typed('server update renamed --name server')
  })

  it('changes its type, its image and what protects it', async () => {
    await typed('server poweroff server')
    await typed('server change-type server cx33')
    await typed('server rebuild server --image ubuntu-24.04')
    expect(server()).toMatchObject({ status: 'running', type: 'cx33', image: 'ubuntu-24.04' })
    for (const command of ['enable-backup', 'disable-backup']) await typed(`server ${command} server`)
    await typed('server set-rdns server --hostname bot.example.org')
    await typed('server enable-protection server delete rebuild')
    expect(await type('server delete server')).toMatchObject({ code: 1, stderr: expect.stringMatching(/protected/) })
    await typed('server disable-protection server delete rebuild')
    expect(await typed('server describe server')).toMatch(/DNS:\s+bot\.example\.org/)
  })

  it('puts it into a network, and a volume onto it', async () => {
    await typed('network create --name network --ip-range 10.0.0.0/16')
    const subnet = { type: 'cloud', network_zone: 'eu-central', ip_range: '10.0.1.0/24' }
    await order('network add-subnet network --type cloud --network-zone eu-central --ip-range 10.0.1.0/24', {
      path: `/networks/${account()?.networks[0]?.id}/actions/add_subnet`,
      body: subnet,
    })
    await typed('server attach-to-network server --network network --ip 10.0.1.77')
    await typed('volume create --name volume --size 10 --server server')
    await typed('placement-group create --name group --type spread')
    expect(await typed('server list')).toContain('10.0.1.77 (network)')
    expect(await typed('volume list')).toMatch(/volume +10 GB +server/)
    await typed('server detach-from-network server --network network')
    for (const command of ['volume detach volume', 'volume delete volume', 'network delete network'])
      await typed(command)
    await typed('placement-group delete group')
    expect(account()).toMatchObject({ networks: [], volumes: [], placementGroups: [] })
  })

  it('tells what cannot be', async () => {
    const refused = async (command: string) => {
      const { code, stderr } = await type(command)
      return `${code === 0 ? 'done' : 'refused'}: ${stderr}`
    }
    const copy = 'server create --type cx23 --image debian-13 --location nbg1'
    expect(await refused(`${copy} --name server`)).toMatch(/^refused: .*uniqueness_error/)
    expect(await refused(`${copy} --name other --primary-ipv4 address`)).toMatch(/^refused: .*primary_ip_assigned/)
    expect(await refused('firewall delete firewall')).toMatch(/^refused: .*resource_in_use/)
    expect(await refused('server describe nobody')).toMatch(/^refused: .*server not found: nobody/i)
    expect(account()?.servers).toHaveLength(1)
  })

  it('removes everything', async () => {
    await typed('server delete server')
    // Debian's does not wait until it is gone.
    await vi.waitFor(() => expect(account()?.servers).toEqual([]), { timeout: 5_000 })
    await typed('primary-ip delete address')
    // In use for a while after its server has gone.
    await vi.waitFor(() => typed('firewall delete firewall'), { timeout: 5_000, interval: 200 })
    await typed('ssh-key delete key')
    expect(account()).toMatchObject({ servers: [], primaryIPs: [], firewalls: [], sshKeys: [] })
  })

  it('gets nothing that the vendor’s description does not allow', () => {
    expect(served.wrongAnswers).toEqual([])
  })
})
