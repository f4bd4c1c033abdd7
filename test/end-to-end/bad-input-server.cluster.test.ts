// Bad input, the server: names that Hetzner does not have, places where nothing is to be had, user data that does not fit.

import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { KubeObject } from '../../scripts/control-plane/api.ts'
import { secret, waitFor } from '../support/control-plane.ts'
import { type Gate, hcloudGate } from '../support/gate.ts'
import { type History, recordHistory } from '../support/history.ts'
import {
  conditionOf,
  createTenant,
  hetznerProjectOf,
  holdingsOf,
  nothing,
  projectOf,
  startTestLab,
  type Tenant,
  type TestLab,
  untilCondition,
  untilReady,
} from '../support/test-lab.ts'

vi.setConfig({ maxConcurrency: 40, testTimeout: 90_000 })

let lab: TestLab
let history: History
let gate: Gate
beforeAll(async () => {
  gate = hcloudGate()
  lab = await startTestLab({ front: { hcloud: gate.front }, operatorArgs: ['--hcloud-sold-out-memory', '3s'] })
  history = recordHistory(lab.api)
})
afterAll(async () => {
  await history.stop()
  await lab.stop()
})

interface Server {
  types?: string[]
  locations?: string[]
  image?: string
}

async function apply(server: Server, cloudInit?: object): Promise<{ tenant: Tenant; project: KubeObject }> {
  const tenant = await createTenant(lab.api)
  const project = projectOf(tenant, (spec) => {
    spec['server'] = { types: ['cx23'], ...server }
    if (cloudInit !== undefined) spec['workload'] = { cloudInit }
  })
  return { tenant, project: await lab.api.create(project) }
}

/** Paths of a tenant's writes to Hetzner. */
const writesOf = ({ hetznerToken }: Tenant): string[] =>
  gate
    .requests(hetznerToken)
    .filter(({ method }) => method !== 'GET')
    .map(({ method, path }) => `${method} ${path.replace('/v1', '')}`)

const readyWith = (project: KubeObject, change: object) =>
  lab.api.patch(project, { spec: change }).then((patched) => untilReady(lab.api, patched, 40_000))

describe.concurrent('what Hetzner does not have', () => {
  it.each([
    { input: 'an unknown server type', server: { types: ['cx23', 'cx32x'] }, says: ["server type 'cx32x'", 'cx23'] },
    { input: 'an unknown location', server: { locations: ['ngb1'] }, says: ["location 'ngb1'", 'nbg1'] },
    { input: 'an unknown image', server: { image: 'debain-13' }, says: ["image 'debain-13'", 'debian-13'] },
    { input: 'an image id that does not exist', server: { image: '4711' }, says: ["image '4711'"] },
    {
      input: 'a type that is not sold there',
      server: { types: ['cpx11'], locations: ['nbg1', 'fsn1'] },
      says: ['sold in nbg1, fsn1', 'cpx11 is sold in ash, hil, sin'],
    },
    {
      input: 'types of two architectures',
      server: { types: ['cx23', 'cax11'] },
      says: ['one architecture', 'cx23 is x86', 'cax11 is arm'],
    },
  ])('is named, with the nearest that it has: $input', async ({ server, says }) => {
    const { tenant, project } = await apply(server)
    const refused = await untilCondition(lab.api, project, {
      type: 'AddressReady',
      status: 'False',
      reason: 'NotFound',
    })
    const { message } = conditionOf(refused, 'AddressReady') ?? {}
    for (const text of says) expect(message).toContain(text)
    expect(conditionOf(refused, 'Ready')).toMatchObject({ status: 'False', reason: 'NotFound', message })
    expect(conditionOf(refused, 'Stalled')).toMatchObject({ reason: 'NotFound' })
    expect(holdingsOf(lab.world, tenant)).toEqual(nothing)
    // The account's marker comes before anything else; nothing that costs money does.
    expect(writesOf(tenant)).toEqual(['POST /firewalls'])

    await readyWith(project, { server: { types: ['cx23'], locations: ['nbg1'], image: 'debian-13' } })
  })

  it.each([{ types: ['cx23', 'ccx33'] }, { locations: ['hel1', 'nbg1'] }])(
    'is not asked for where another choice will do: %o',
    async (server) => {
      const { project } = await apply(server)
      await untilReady(lab.api, project, 40_000)
    },
  )
})

describe.concurrent('places that are sold out', () => {
  it('are passed over: the next location gets the server, and no address stays behind', async () => {
    lab.world.hcloud.control.addFault({ kind: 'soldOut', type: 'ccx23', location: 'nbg1' })
    const { tenant, project } = await apply({ types: ['ccx23'], locations: ['nbg1', 'fsn1'] })
    const ready = await untilReady(lab.api, project, 40_000)
    expect(ready['status'].server).toMatchObject({ type: 'ccx23', location: 'fsn1' })
    expect(ready['status'].address.location).toBe('fsn1')
    expect(holdingsOf(lab.world, tenant)).toMatchObject({ servers: 1, ipv4s: 1 })
  })

  it('everywhere: no address is held, and it goes on by itself when there is room again', async () => {
    // Two rounds over two locations.
    lab.world.hcloud.control.addFault({ kind: 'soldOut', type: 'ccx13', location: '*', times: 4 })
    const { tenant, project } = await apply({ types: ['ccx13'], locations: ['nbg1', 'fsn1'] })
    const waiting = await untilCondition(lab.api, project, {
      type: 'AddressReady',
      status: 'False',
      reason: 'NoCapacity',
    })
    expect(holdingsOf(lab.world, tenant)).toEqual({ ...nothing, sshKeys: expect.any(Number) })
    const { message } = conditionOf(waiting, 'AddressReady') ?? {}
    for (const text of ['ccx13 in nbg1', 'ccx13 in fsn1', 'Tried again by itself']) expect(message).toContain(text)
    expect(conditionOf(waiting, 'Reconciling')).toMatchObject({ reason: 'WaitingForCapacity' })

    const ready = await untilReady(lab.api, project, 40_000)
    expect(writesOf(tenant).filter((write) => write === 'POST /servers')).toHaveLength(5)
    const isStalled = history.of(project).some(({ object }) => conditionOf(object, 'Stalled') !== undefined)
    expect(isStalled).toBe(false)
    expect(ready.metadata.generation).toBe(project.metadata.generation)
    expect(holdingsOf(lab.world, tenant)).toMatchObject({ servers: 1, ipv4s: 1 })
  })

  it('after a server ran: its address is kept, and the server comes back on it by itself', async () => {
    const { tenant, project } = await apply({ types: ['ccx33'], locations: ['nbg1', 'fsn1'] })
    const ready = await untilReady(lab.api, project, 40_000)
    lab.world.hcloud.control.addFault({ kind: 'soldOut', type: 'ccx33', location: 'nbg1', times: 2 })
    const [server] = hetznerProjectOf(lab.world, tenant)?.servers ?? []
    lab.world.hcloud.control.deleteServer(server?.id ?? 0)
    const waiting = await untilCondition(lab.api, project, {
      type: 'ServerReady',
      status: 'False',
      reason: 'NoCapacity',
    })
    expect(conditionOf(waiting, 'ServerReady')?.message).toContain('ccx33')
    expect(conditionOf(waiting, 'AddressReady')).toMatchObject({ status: 'True' })
    expect(conditionOf(waiting, 'Reconciling')).toMatchObject({ reason: 'WaitingForCapacity' })
    expect(holdingsOf(lab.world, tenant)).toMatchObject({ servers: 0, ipv4s: 1 })

    const repaired = await untilReady(lab.api, project, 40_000)
    expect(repaired['status'].address).toMatchObject({ ipv4: ready['status'].address.ipv4, location: 'nbg1' })
    expect(hetznerProjectOf(lab.world, tenant)?.servers).toMatchObject([{ id: repaired['status'].server.id }])
  })
})

describe.concurrent('user data', () => {
  const noise = (bytes: number) => `#!/bin/sh\n# ${randomBytes((bytes * 3) / 4).toString('base64')}\n`

  it.each(['Secret', 'ConfigMap'])('over the limit is refused with the sizes of the parts, from a %s', async (kind) => {
    const tenant = await createTenant(lab.api)
    const put = (text: string) =>
      lab.api.apply(
        kind === 'Secret'
          ? secret(tenant.namespace, 'user-data', { it: text })
          : {
              apiVersion: 'v1',
              kind: 'ConfigMap',
              metadata: { namespace: tenant.namespace, name: 'user-data' },
              data: { it: text },
            },
      )
    await put(noise(40_000))
    const ref = { name: 'user-data', key: 'it' }
    const project = await lab.api.create(
      projectOf(tenant, (spec) => {
        spec['workload'] = { cloudInit: kind === 'Secret' ? { secretKeyRef: ref } : { configMapKeyRef: ref } }
      }),
    )
    const refused = await untilCondition(lab.api, project, {
      type: 'ServerReady',
      status: 'False',
      reason: 'InvalidServer',
    })
    const { message = '' } = conditionOf(refused, 'ServerReady') ?? {}
    expect(message).toMatch(
      /takes \d{5} bytes compressed, the limit is 32768 \(before compression: yours 400\d\d, Botyard's \d{4}\)/,
    )
    expect(conditionOf(refused, 'Stalled')).toMatchObject({ reason: 'InvalidServer', message })
    expect(writesOf(tenant)).toEqual([])

    await put(noise(10_000))
    await lab.api.patch(project, { metadata: { annotations: { 'botyard.dev/reconcile-requested-at': 'now' } } })
    await untilReady(lab.api, project, 40_000)
  })

  it('that is missing is named, and used when it comes', async () => {
    const { tenant, project } = await apply({}, { secretKeyRef: { name: 'user-data', key: 'it' } })
    const missing = await untilCondition(lab.api, project, {
      type: 'ServerReady',
      status: 'False',
      reason: 'InvalidServer',
    })
    expect(conditionOf(missing, 'ServerReady')?.message).toContain('Secret user-data')
    await lab.api.apply(secret(tenant.namespace, 'user-data', { other: 'x' }))
    await lab.api.patch(project, { metadata: { annotations: { 'botyard.dev/reconcile-requested-at': '1' } } })
    await waitFor('the name of the key', async () =>
      conditionOf(await lab.api.get(project), 'ServerReady')?.message.includes("no key 'it'"),
    )
    await lab.api.apply(secret(tenant.namespace, 'user-data', { it: '#cloud-config\n{}\n' }))
    await lab.api.patch(project, { metadata: { annotations: { 'botyard.dev/reconcile-requested-at': '2' } } })
    await untilReady(lab.api, project, 40_000)
  })

  it('that cloud-init would not run is refused, with what it must begin with', async () => {
    const { tenant, project } = await apply({}, { inline: 'apt-get install caddy\n' })
    const refused = await untilCondition(lab.api, project, {
      type: 'ServerReady',
      status: 'False',
      reason: 'InvalidServer',
    })
    expect(conditionOf(refused, 'ServerReady')?.message).toContain('must begin with')
    expect(writesOf(tenant)).not.toContain('POST /servers')
    await readyWith(project, { workload: { cloudInit: { inline: '#!/bin/sh\napt-get install caddy\n' } } })
  })
})

describe('in all of this', () => {
  it('each version of a Project that is not Ready says why', () => {
    for (const { object } of history.all()) {
      const ready = conditionOf(object, 'Ready')
      if (ready !== undefined && ready.status !== 'True') expect(ready.message).not.toBe('')
    }
  })
})
