// After a deletion, however it comes about, nothing is left at Hetzner, at Telegram and in Kubernetes.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { KubeObject } from '../../scripts/control-plane/api.ts'
import { waitFor } from '../support/control-plane.ts'
import {
  createTenant,
  hetznerProjectOf,
  holdingsOf,
  nothing,
  projectOf,
  startTestLab,
  type Tenant,
  type TestLab,
  untilGone,
  untilReady,
} from '../support/test-lab.ts'

let lab: TestLab
beforeAll(async () => {
  lab = await startTestLab()
})
afterAll(() => lab.stop())

const escrowOf = (project: KubeObject) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { namespace: 'botyard-system', name: `botyard-${project.metadata.uid}` },
})

const secretOf = (namespace: string, name: string) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { namespace, name },
})

async function readyProject(
  change?: Parameters<typeof projectOf>[1],
): Promise<{ tenant: Tenant; project: KubeObject }> {
  const tenant = await createTenant(lab.api)
  const project = await lab.api.create(projectOf(tenant, change))
  return { tenant, project: await untilReady(lab.api, project) }
}

async function expectNothing(tenant: Tenant, project: KubeObject): Promise<void> {
  expect(holdingsOf(lab.world, tenant)).toEqual(nothing)
  expect(await lab.api.find(escrowOf(project))).toBeUndefined()
  await waitFor('the end of the owned Secret', async () => {
    return (await lab.api.find(secretOf(tenant.namespace, `${tenant.name}-botyard`))) === undefined
  })
}

describe.concurrent('deletion leaves nothing', () => {
  it('of a Project that was Ready', async () => {
    const { tenant, project } = await readyProject()
    expect(await lab.api.find(escrowOf(project))).toBeDefined()
    await lab.api.delete(project)
    await untilGone(lab.api, project)
    await expectNothing(tenant, project)
  })

  it('of a whole namespace, which ends', async () => {
    const { tenant, project } = await readyProject()
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: tenant.namespace } }
    await lab.api.delete(namespace)
    await waitFor('the end of the namespace', async () => (await lab.api.find(namespace)) === undefined, {
      within: 40_000,
    })
    await expectNothing(tenant, project)
  })

  it('with the Secrets deleted first', async () => {
    const { tenant, project } = await readyProject()
    for (const name of ['hetzner', `${tenant.name}-bot`, `${tenant.name}-botyard`]) {
      await lab.api.delete(secretOf(tenant.namespace, name))
    }
    await lab.api.delete(project)
    await untilGone(lab.api, project)
    await expectNothing(tenant, project)
  })

  it('with the grant to the namespace withdrawn first', async () => {
    const { tenant, project } = await readyProject()
    const metadata = { namespace: tenant.namespace, name: 'botyard' }
    await lab.api.delete({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', metadata })
    await lab.api.delete(project)
    await untilGone(lab.api, project)
    await expectNothing(tenant, project)
  })

  it.each([0, 100, 300, 600, 900, 1_200, 1_600])(
    'of a Project that is deleted %i ms after it was created',
    async (moment) => {
      const tenant = await createTenant(lab.api)
      const project = await lab.api.create(projectOf(tenant))
      await new Promise((resolve) => setTimeout(resolve, moment))
      await lab.api.delete(project)
      await untilGone(lab.api, project)
      await expectNothing(tenant, project)
    },
  )

  it('of a suspended Project', async () => {
    const { tenant, project } = await readyProject()
    await lab.api.patch(project, { spec: { suspend: true } })
    await lab.api.delete(project)
    await untilGone(lab.api, project)
    await expectNothing(tenant, project)
  })

  it('but what deletionPolicy Orphan leaves, without our labels', async () => {
    const { tenant, project } = await readyProject((spec) => {
      spec['deletionPolicy'] = 'Orphan'
    })
    await lab.api.delete(project)
    await untilGone(lab.api, project)
    expect(holdingsOf(lab.world, tenant)).toMatchObject({ servers: 1, ipv4s: 1, sshKeys: 0, webhook: '' })
    const left = hetznerProjectOf(lab.world, tenant)
    const labels = [...(left?.servers ?? []), ...(left?.primaryIPs ?? [])].map((each) => each.labels)
    expect(labels.flatMap((each) => Object.keys(each)).filter((key) => key.startsWith('botyard.dev/'))).toEqual([])
  })
})
