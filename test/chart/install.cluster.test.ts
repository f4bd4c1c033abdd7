// The rendered chart on the real API server, in a namespace where Pod Security enforces the level restricted.

import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { renderChart } from '../../scripts/helm/render-chart.ts'
import { type Api, adminApi, type KubeObject } from '../support/control-plane.ts'

const namespace = `chart-${randomUUID().slice(0, 8)}`
const level = 'restricted'

let api: Api
let objects: KubeObject[]
beforeAll(async () => {
  api = await adminApi()
  const labels = Object.fromEntries(
    ['enforce', 'warn', 'audit'].map((mode) => [`pod-security.kubernetes.io/${mode}`, level]),
  )
  await api.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } })
  const values = { projectNamespaces: ['default'], metrics: { service: { enabled: true } } }
  objects = await renderChart({ namespace, values })
})
afterAll(async () => {
  await api.delete({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
  await api.close()
})

const dryRun = { dryRun: 'All', fieldValidation: 'Strict', fieldManager: 'helm', force: 'true' }

/** What belongs to no namespace is only rehearsed: the other tests live by the chart's own rights. */
async function install(object: KubeObject): Promise<void> {
  if (object.metadata.namespace === namespace) return void (await api.apply(object))
  const plural = `${object.kind.toLowerCase()}s`
  const scope = object.metadata.namespace === undefined ? '' : `namespaces/${object.metadata.namespace}/`
  const path = `/apis/${object.apiVersion}/${scope}${plural}/${object.metadata.name}`
  await api.raw('PATCH', path, { body: object, contentType: 'application/apply-patch+yaml', query: dryRun })
}

function deployment(): KubeObject {
  const found = objects.find(({ kind }) => kind === 'Deployment')
  if (found === undefined) throw new Error('Cannot find the Deployment in the rendered chart')
  return structuredClone(found)
}

/** The pod that the Deployment controller would make. */
function podOf(change: (spec: KubeObject) => void = () => {}): KubeObject {
  const { metadata, spec } = deployment()['spec'].template
  change(spec)
  return { apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, name: 'botyard', namespace }, spec }
}

const admit = (pod: KubeObject) =>
  api.raw('POST', `/api/v1/namespaces/${namespace}/pods`, {
    body: pod,
    query: { dryRun: 'All', fieldValidation: 'Strict' },
  })

describe('the chart on an API server', () => {
  it('is taken whole, without a warning', async () => {
    expect(objects.map(({ kind }) => kind)).toContain('CustomResourceDefinition')
    for (const object of objects) await install(object)
    expect(api.warnings).toEqual([])
  })

  it('makes a pod that Pod Security admits', async () => {
    const pod = await admit(podOf())
    expect(api.warnings).toEqual([])
    expect(pod.spec.serviceAccountName).toBe('botyard')
    // The token of the service account is mounted there, and nothing else.
    expect(pod.spec.volumes).toHaveLength(1)
  })

  it('would be told when its pod were less restricted', async () => {
    const loose = podOf((spec) => delete spec['containers'][0].securityContext.allowPrivilegeEscalation)
    await expect(admit(loose)).rejects.toThrow(/violates PodSecurity "restricted:latest".*allowPrivilegeEscalation/)
  })

  it('would be warned when its Deployment were less restricted', async () => {
    const loose = deployment()
    delete loose['spec'].template.spec.securityContext.seccompProfile
    await api.apply(loose)
    expect(api.warnings.join()).toMatch(/would violate PodSecurity.*seccompProfile/)
  })
})
