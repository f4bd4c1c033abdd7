// A release on a control plane of its own, as a person would handle it: install, upgrade, a second one, uninstall, install again.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Api, createApi, type KubeObject } from '../../scripts/control-plane/api.ts'
import { type ControlPlane, startControlPlane } from '../../scripts/control-plane/start.ts'
import { chartDirectory, renderChart, runHelm } from '../../scripts/helm/render-chart.ts'
import { rightsOf, roleOf } from './rules.ts'

let bare: ControlPlane
let api: Api
let rendered: KubeObject[]
beforeAll(async () => {
  bare = await startControlPlane()
  api = await createApi(bare.adminKubeconfig)
  rendered = await renderChart({ namespace: 'operators' })
})
afterAll(async () => {
  await api.close()
  await bare.stop()
})

/** Helm as a cluster's owner runs it. */
const helm = (...args: string[]) => runHelm([...args, '--namespace', 'operators', '--kubeconfig', bare.adminKubeconfig])

const clusterRole = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'botyard' } }
const namesOf = (objects: readonly KubeObject[]) => objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`)
const present = async () =>
  namesOf((await Promise.all(rendered.map(api.find))).filter((object) => object !== undefined))
const mayReadNamespaces = async () => {
  const role = await api.get(clusterRole)
  return rightsOf(roleOf([{ ...role, ...clusterRole }], 'ClusterRole botyard').rules).includes(
    'get namespaces kube-system',
  )
}

describe('a release', () => {
  it('is installed, and says what to do next', async () => {
    const notes = await helm('install', 'mine', chartDirectory, '--create-namespace')
    expect(await present()).toEqual(namesOf(rendered))
    expect(notes).toContain('--clusterrole=botyard-project-namespace --serviceaccount=operators:botyard')
    expect(await mayReadNamespaces()).toBe(true)
  })

  it('is upgraded to other values', async () => {
    await helm('upgrade', 'mine', chartDirectory, '--set', 'clusterID=main,projectNamespaces={default}')
    expect(await mayReadNamespaces()).toBe(false)
    const grant = { ...clusterRole, kind: 'RoleBinding', metadata: { name: 'botyard', namespace: 'default' } }
    expect((await api.get(grant))['subjects']).toMatchObject([{ name: 'botyard', namespace: 'operators' }])
  })

  it('is the only one in its cluster', async () => {
    const second = runHelm([
      ...['install', 'theirs', chartDirectory, '--namespace', 'elsewhere', '--create-namespace'],
      ...['--kubeconfig', bare.adminKubeconfig],
    ])
    await expect(second).rejects.toThrow(/exists and cannot be imported.*release-n/s)
  })

  it('leaves the CRD, and nothing else, when it is uninstalled', async () => {
    await helm('uninstall', 'mine')
    expect(await present()).toEqual(['CustomResourceDefinition projects.botyard.dev'])
  })

  it('takes the CRD over when it comes back', async () => {
    await helm('install', 'mine', chartDirectory)
    expect(await present()).toEqual(namesOf(rendered))
  })
})
