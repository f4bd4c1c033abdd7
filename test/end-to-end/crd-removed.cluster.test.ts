// The CRD is removed under a running operator and comes back (F24): in order, which asks for the end of every Project; and by
// force, with the finalizers taken off, which asks for nothing.

import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { applyFiles, type KubeObject } from '../../scripts/control-plane/api.ts'
import { type ApartLab, startApartLab } from '../support/apart-lab.ts'
import { waitFor } from '../support/control-plane.ts'
import { crdFile } from '../support/own-control-plane.ts'
import {
  conditionOf,
  createTenant,
  hetznerProjectOf,
  holdingsOf,
  nothing,
  projectOf,
  type Tenant,
  untilCondition,
  untilReady,
} from '../support/test-lab.ts'

vi.setConfig({ testTimeout: 180_000 })

let lab: ApartLab
beforeAll(async () => {
  lab = await startApartLab()
})
afterAll(() => lab?.stop())

const crd = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'projects.botyard.dev' },
}
/** The longest pause after a refusal is 30 s. */
const longestPause = 30_000

const untilRemoved = () =>
  waitFor('the end of the CRD', async () => (await lab.api.find(crd)) === undefined, { within: 60_000 })

async function install(): Promise<void> {
  await applyFiles(lab.api, [crdFile])
  await waitFor('the CRD to be served', async () =>
    lab.api.list({ apiVersion: 'botyard.dev/v1alpha1', kind: 'Project' }).then(
      () => true,
      () => false,
    ),
  )
}

async function readyProject(): Promise<{ tenant: Tenant; project: KubeObject }> {
  const tenant = await createTenant(lab.api)
  const project = await lab.api.create(projectOf(tenant))
  return { tenant, project: await untilReady(lab.api, project, longestPause + 30_000) }
}

interface Asked {
  written: string[]
  asked: number
  looks: string[]
}

/** What the operator asked in so many milliseconds from now: writes to the providers by name; calls to the API server by number, and looks at one object there. */
async function watchFor(milliseconds: number): Promise<Asked> {
  const from = lab.calls.length
  await delay(milliseconds)
  const calls = lab.calls.slice(from)
  const written = calls.filter(({ world, isWrite }) => world !== 'kubernetes' && isWrite)
  return {
    written: written.map(({ world, verb, path }) => `${world} ${verb} ${path}`),
    asked: calls.filter(({ world }) => world === 'kubernetes').length,
    looks: calls.filter(({ world, verb }) => world === 'kubernetes' && verb === 'GET').map(({ path }) => `GET ${path}`),
  }
}

const healthy = async () => (await fetch(`${lab.operator.health}/healthz`)).status === 200

describe('a CRD that is removed', () => {
  it('goes when every Project has been cleaned up; then the operator says so, and asks for it seldom', async () => {
    const { tenant } = await readyProject()
    await lab.api.delete(crd)
    await untilRemoved()
    expect(holdingsOf(lab.world, tenant)).toEqual(nothing)
    await waitFor('the operator to say so', async () =>
      (await lab.log()).includes('The CustomResourceDefinition projects.botyard.dev is not installed'),
    )
    const { written, asked } = await watchFor(10_000)
    expect(written).toEqual([])
    expect(asked).toBeLessThanOrEqual(15)
    expect(asked).toBeGreaterThan(0)
    expect(await healthy()).toBe(true)
  })

  it('is found within the longest pause when it comes back, and Projects with it', async () => {
    await install()
    const tenant = await createTenant(lab.api)
    const project = await lab.api.create(projectOf(tenant))
    const since = performance.now()
    await waitFor('a first report', async () => conditionOf(await lab.api.find(project), 'Ready'), {
      within: longestPause + 10_000,
    })
    process.stdout.write(`CRD back: first report after ${((performance.now() - since) / 1_000).toFixed(1)} s\n`)
    await untilReady(lab.api, project, 40_000)
  })
})

describe('a CRD that is removed by force, finalizers and all, behind a watch that says nothing of it', () => {
  const projects = { apiVersion: 'botyard.dev/v1alpha1', kind: 'Project' }
  let kept: { tenant: Tenant; project: KubeObject }

  it('is no reason to delete or create anything: not what a Project had, not what one lacks that is only remembered', async () => {
    kept = await readyProject()
    const robbed = await readyProject()
    lab.strike({ kind: 'stallWatch', route: 'GET /apis/botyard.dev/v1alpha1/projects', ms: 15_000, times: 1 })
    await lab.api.delete(crd)
    for (const { metadata } of await lab.api.list(projects))
      await lab.api.patch({ ...projects, metadata }, { metadata: { finalizers: null } })
    await untilRemoved()
    const [server] = hetznerProjectOf(lab.world, robbed.tenant)?.servers ?? []
    lab.world.hcloud.control.deleteServer(server?.id ?? 0)
    const before = [kept, robbed].map(({ tenant }) => holdingsOf(lab.world, tenant))
    expect(before).toMatchObject([
      { servers: 1, ipv4s: 1, webhook: expect.stringContaining('https://') },
      { servers: 0 },
    ])

    const { written, asked, looks } = await watchFor(15_000)
    expect(written).toEqual([])
    // It believed in the Project, wanted to create the server, and asked the API server before.
    expect(looks).toContain(`GET /projects/${robbed.tenant.name}`)
    expect(asked).toBeLessThanOrEqual(60)
    expect(await healthy()).toBe(true)
    expect([kept, robbed].map(({ tenant }) => holdingsOf(lab.world, tenant))).toEqual(before)
  })

  it('leaves, when it is back, a Project of the same name to say whose things there are', async () => {
    await install()
    const before = holdingsOf(lab.world, kept.tenant)
    const from = lab.calls.length
    // How long a running one takes to find it has been seen; this one looks at once, and remembers nothing.
    await lab.operator.kill()
    await lab.start()
    const again = await lab.api.create(projectOf(kept.tenant))
    await untilCondition(lab.api, again, {
      ...{ type: 'CredentialsReady', status: 'False', reason: 'PreviousIncarnation' },
      within: longestPause + 20_000,
    })
    expect(holdingsOf(lab.world, kept.tenant)).toEqual(before)
    expect(lab.calls.slice(from).filter(({ world, isWrite }) => world !== 'kubernetes' && isWrite)).toEqual([])
  })
})
