import { afterEach, describe, expect, it } from 'vitest'
import { minutes, seconds } from '../../../src/clock.ts'
import {
  applyBot,
  botToken,
  hetznerToken,
  key,
  readyLab,
  type VirtualLab,
  virtualLab,
} from '../../support/virtual-lab.ts'

let lab: VirtualLab
afterEach(async () => expect(await lab.close()).toEqual([]))

const gone = (within = minutes(3)) => lab.until('the end of the Project', () => lab.project() === undefined, within)

/** What is left anywhere; the shared marker stays by design. */
function leftovers() {
  const { servers, primaryIPs, sshKeys, firewalls } = lab.account()
  const uid = /^botyard-[0-9a-f-]{36}$/
  return {
    hetzner: [...servers, ...primaryIPs, ...sshKeys].map(({ name }) => name),
    firewalls: firewalls.length,
    webhook: lab.webhook(),
    secrets: lab.cluster
      .secretNames()
      .filter((name) => name.endsWith('echo-botyard') || uid.test(name.split('/')[1] ?? '')),
  }
}
const nothing = { hetzner: [], firewalls: 1, webhook: '', secrets: [] }

describe('a Project that is deleted', () => {
  it('leaves nothing but the marker', async () => {
    lab = await readyLab()
    lab.cluster.delete(key)
    const took = await gone()
    expect(leftovers()).toEqual(nothing)
    expect(took).toBeLessThan(seconds(30))
  })

  it('removes the webhook first, stops the server gently and gives the address back last', async () => {
    lab = await readyLab()
    lab.hcloud.requests.reset()
    lab.cluster.delete(key)
    await lab.until('that the webhook is gone', () => lab.webhook() === '', seconds(5))
    expect(lab.server()?.status).toBe('running')
    await gone()
    const writes = lab.hcloud.requests.log().filter(({ method }) => method !== 'GET')
    expect(writes.map(({ method, target }) => `${method} ${target.replaceAll(/\d+/g, ':id')}`)).toEqual([
      'POST /servers/:id/actions/shutdown',
      'DELETE /servers/:id',
      'DELETE /primary_ips/:id',
      'DELETE /ssh_keys/:id',
    ])
  })

  it('says where it stands: not Ready, Deleting, and each step on its way out', async () => {
    lab = await readyLab()
    const told: string[] = []
    lab.cluster.onStatus = () =>
      told.push(
        (['Ready', 'Reconciling', 'ServerReady', 'WebhookReady'] as const)
          .map((type) => lab.told(type) ?? '-')
          .join(', '),
      )
    lab.cluster.delete(key)
    await gone()
    expect(told[0]).toBe('False WebhookRemoved, True Deleting, True Running, False WebhookRemoved')
    expect(told.at(-1)).toMatch(/^False NotFound, True Deleting, False Missing, False WebhookRemoved$/)
    expect(told).toContain('False Missing, True Deleting, False Missing, False WebhookRemoved')
  })

  it('gives the guest the time that it needs to stop, then deletes', async () => {
    lab = await readyLab({ hcloud: { shutdownSeconds: 45 } })
    lab.cluster.delete(key)
    await lab.until('that it stops', () => lab.server()?.status === 'stopping', seconds(5))
    await lab.until('that it is off', () => lab.server()?.status === 'off', seconds(50))
    await gone()
    expect(leftovers()).toEqual(nothing)
  })

  it('does not wait for a guest that ignores the signal beyond what the spec allows', async () => {
    lab = await readyLab({ spec: { timeouts: { shutdown: '1m' } } })
    lab.hcloud.control.addFault({ kind: 'ignoredShutdown' })
    lab.cluster.delete(key)
    const took = await gone()
    expect(took).toBeGreaterThan(seconds(60))
    expect(took).toBeLessThan(seconds(90))
    expect(leftovers()).toEqual(nothing)
  })

  it('goes although it is suspended', async () => {
    lab = await readyLab()
    applyBot(lab, { suspend: true })
    await lab.advance(seconds(5))
    lab.cluster.delete(key)
    await gone()
    expect(leftovers()).toEqual(nothing)
  })

  it('goes before anything was made', async () => {
    lab = await virtualLab()
    applyBot(lab)
    lab.cluster.delete(key)
    await gone(seconds(5))
    expect(lab.cluster.writes.filter(({ what }) => what.startsWith('finalizers'))).toEqual([])
  })

  it.each([0, 60, 100, 130, 160, 200, 230, 300, 1_000, 3_200, 5_000, 9_000, 11_000, 20_000, 26_000])(
    'leaves nothing when it is deleted %i ms after it was created',
    async (after) => {
      lab = await virtualLab()
      applyBot(lab)
      await lab.advance(after)
      lab.cluster.delete(key)
      await gone()
      // Before the first call there is no account to look at.
      if (Object.keys(lab.calls()).length === 0) return
      await lab.advance(minutes(1))
      expect({ ...leftovers(), firewalls: 1 }).toEqual(nothing)
    },
  )

  it('leaves nothing while its server is being created again', async () => {
    lab = await readyLab()
    lab.hcloud.control.deleteServer(lab.server()?.id as number)
    await lab.until('a new server', () => lab.server()?.status === 'initializing', minutes(1))
    lab.cluster.delete(key)
    await gone()
    expect(leftovers()).toEqual(nothing)
  })

  it('leaves nothing when a new process takes over half-way', async () => {
    lab = await readyLab()
    lab.cluster.delete(key)
    await lab.advance(seconds(3))
    await lab.restart()
    await gone()
    expect(leftovers()).toEqual(nothing)
  })

  it('does not go in the first 10 s of a process, when calls of the last one may still land', async () => {
    lab = await readyLab()
    lab.hcloud.control.deleteServer(lab.server()?.id as number)
    await lab.restart()
    lab.cluster.delete(key)
    expect(await gone()).toBeGreaterThanOrEqual(seconds(9))
  })

  it('finds what no status names', async () => {
    lab = await readyLab()
    const { server: _, address: __, operation: ___, ...rest } = lab.status()
    Object.assign(lab.project() ?? {}, { status: rest })
    lab.cluster.annotate(key, { 'botyard.dev/reconcile-requested-at': 'x' })
    lab.cluster.delete(key)
    await gone()
    expect(leftovers()).toEqual(nothing)
  })
})

describe('what the spec keeps', () => {
  it('Orphan: server and address stay, without our labels; webhook, key and Secrets go', async () => {
    lab = await readyLab({ spec: { deletionPolicy: 'Orphan', server: { types: ['cx23'], labels: { team: 'a' } } } })
    lab.cluster.delete(key)
    await gone()
    expect(lab.server()).toMatchObject({ status: 'running', labels: { team: 'a' } })
    expect(lab.ip()).toMatchObject({ labels: {}, assigneeID: lab.server()?.id })
    expect(lab.account().sshKeys).toEqual([])
    expect(leftovers()).toMatchObject({ webhook: '', secrets: [] })
  })

  it('onDelete Keep: the webhook stays', async () => {
    lab = await readyLab({
      spec: { telegram: { tokenSecretRef: { name: 'bot' }, webhook: { port: 8443 }, onDelete: 'Keep' } },
    })
    const webhook = lab.webhook()
    lab.cluster.delete(key)
    await gone()
    expect(leftovers()).toEqual({ ...nothing, webhook })
  })

  it("leaves somebody else's webhook", async () => {
    lab = await readyLab()
    await lab.stealWebhook('https://192.0.2.7:8443/x')
    lab.cluster.delete(key)
    await gone()
    expect(leftovers()).toEqual({ ...nothing, webhook: 'https://192.0.2.7:8443/x' })
  })

  it('touches nothing that is not labelled as its own', async () => {
    lab = await readyLab()
    await lab.hcloud.fetch(createServer('bystander'))
    lab.cluster.delete(key)
    await gone()
    expect(lab.account().servers.map(({ name }) => name)).toEqual(['bystander'])
  })
})

const createServer = (name: string) =>
  new Request('https://hetzner.test/v1/servers', {
    method: 'POST',
    headers: { authorization: `Bearer ${hetznerToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name, server_type: 'cx23', image: 'debian-13', location: 'nbg1' }),
  })

describe('a deletion without Secrets', () => {
  const lose = (escrow: boolean) => {
    lab.cluster.dropSecret('hetzner')
    lab.cluster.dropSecret('bot')
    if (!escrow) lab.cluster.dropSecret(`botyard-${lab.project()?.metadata.uid}`, 'botyard-system')
  }

  it('uses the tokens in escrow', async () => {
    lab = await readyLab()
    lose(true)
    lab.cluster.delete(key)
    await gone()
    expect(leftovers()).toEqual(nothing)
  })

  it('uses the tokens in escrow where it may no longer read Secrets', async () => {
    lab = await readyLab()
    lab.cluster.denied.add('shop')
    lab.cluster.delete(key)
    await gone()
    expect(leftovers()).toMatchObject({ ...nothing, secrets: expect.anything() })
  })

  it('uses the tokens in escrow when the Secrets hold others that do not work', async () => {
    lab = await readyLab()
    lab.cluster.putSecret('hetzner', { token: 'x'.repeat(64) })
    lab.hcloud.control.revokeToken('x'.repeat(64))
    lab.cluster.putSecret('bot', { token: `123456789:${'x'.repeat(35)}` })
    lab.cluster.delete(key)
    await gone()
    expect(leftovers()).toEqual(nothing)
  })

  it('waits without either, says so, and goes on when a token is restored', async () => {
    lab = await readyLab()
    lose(false)
    lab.cluster.delete(key)
    await lab.advance(minutes(10))
    expect(lab.told('Stalled')).toBeDefined()
    expect(lab.status().summary).toContain('Deletion waits')
    expect(lab.account().servers).toHaveLength(1)
    lab.cluster.putSecret('hetzner', { token: hetznerToken })
    lab.cluster.putSecret('bot', { token: botToken })
    await gone()
    expect(leftovers()).toEqual(nothing)
  })

  it('costs no write while it waits', async () => {
    lab = await readyLab()
    lose(false)
    lab.cluster.delete(key)
    await lab.advance(minutes(1))
    const writes = lab.cluster.writes.length
    await lab.advance(minutes(20))
    expect(lab.cluster.writes.slice(writes)).toEqual([])
  })

  it('is given up on request, with a tombstone that names what may still exist', async () => {
    lab = await readyLab()
    const { uid } = lab.project()?.metadata ?? {}
    const { address, server } = lab.status()
    lose(false)
    lab.cluster.delete(key)
    await lab.advance(minutes(1))
    lab.cluster.annotate(key, { 'botyard.dev/abandon': 'true' })
    await gone(seconds(5))
    const tombstone = lab.cluster.secret(`botyard-tombstone-${uid}`, 'botyard-system')?.data['left.json'] ?? ''
    expect(JSON.parse(tombstone)).toMatchObject({
      project: key,
      uid,
      server: server?.id,
      primaryIP: { id: address?.id },
    })
    expect(tombstone).not.toContain(hetznerToken)
  })

  it('is not given up on request while a token works', async () => {
    lab = await readyLab()
    lab.cluster.annotate(key, { 'botyard.dev/abandon': 'true' })
    lab.cluster.delete(key)
    await gone()
    expect(leftovers()).toEqual(nothing)
  })

  it("does not wait for the bot's token: a paid server comes first", async () => {
    lab = await readyLab()
    lab.telegram.simulator.registry.revoke(123456789)
    lab.cluster.delete(key)
    await gone()
    expect(leftovers()).toEqual(nothing)
  })

  it('declares nothing absent with the token of another account', async () => {
    lab = await readyLab()
    lose(false)
    lab.cluster.putSecret('hetzner', { token: 'y'.repeat(64) })
    lab.cluster.delete(key)
    await lab.advance(minutes(10))
    expect(lab.project()).toBeDefined()
    expect(lab.told('Stalled')).toBe('True AccountChanged')
    expect(lab.account().servers).toHaveLength(1)
  })
})
