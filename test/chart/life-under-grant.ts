// The life of one Project in a namespace that grants exactly these rules, and the first thing that went wrong in it.

import { operatorAccount } from '../../scripts/control-plane/grant.ts'
import { type Api, type KubeObject, waitFor } from '../support/control-plane.ts'
import { conditionOf, createTenant, projectOf, type Tenant, type TestLab, untilGone } from '../support/test-lab.ts'
import type { Rule } from './rules.ts'

export interface Grant {
  rules: readonly Rule[]
  /** Service account in the operator's namespace; by default the operator's own. */
  account?: string
}

/** Create, mend, delete: `lived` when all went as it should, else what did not. */
export async function lifeUnder(lab: TestLab, grant: Grant): Promise<string> {
  const { api } = lab
  const tenant = await createTenant(api, { granted: false })
  await allow(api, tenant.namespace, grant)
  const deletions = recordDeletions(api, tenant.namespace)
  const project = await api.create(await projectWithConfigMap(api, tenant))
  try {
    const ready = () => conditionOfStatus(project, api, 'Ready')
    const trouble = (await untilTold(api, project, ready)) ?? (await mend(api, project))
    await api.delete(project)
    if (trouble !== undefined) return trouble
    await untilGone(api, project)
    return (await deletions.inOrder(`${project.metadata.name}-botyard`, project.metadata.name))
      ? 'lived'
      : 'Secret left'
  } finally {
    deletions.stop()
  }
}

async function allow(api: Api, namespace: string, { rules, account = operatorAccount.name }: Grant): Promise<void> {
  const apiVersion = 'rbac.authorization.k8s.io/v1'
  const metadata = { name: 'grant', namespace }
  await api.apply({ apiVersion, kind: 'Role', metadata, rules })
  await api.apply({
    apiVersion,
    kind: 'RoleBinding',
    metadata,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'grant' },
    subjects: [{ ...operatorAccount, kind: 'ServiceAccount', name: account }],
  })
}

/** All that a granted namespace may be asked for: tokens in Secrets, user data in a ConfigMap. */
async function projectWithConfigMap(api: Api, tenant: Tenant): Promise<KubeObject> {
  const project = projectOf(tenant, (spec) => {
    spec['workload'] = { cloudInit: { configMapKeyRef: { name: 'user-data', key: 'text' } } }
  })
  const metadata = { namespace: tenant.namespace, name: 'user-data' }
  await api.apply({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata,
    data: { text: '#cloud-config\npackages: [python3]\n' },
  })
  return project
}

const conditionOfStatus = async (project: KubeObject, api: Api, type: string) =>
  conditionOf(await api.find(project), type)?.status === 'True'

/** Waits for what is wanted, or for the Project to say that it lacks a right: then that is the answer. */
function untilTold(api: Api, project: KubeObject, wanted: () => Promise<boolean>): Promise<string | undefined> {
  return waitFor(
    'a Project that gets on, or says why not',
    async () => {
      if (await wanted()) return { trouble: undefined }
      const status = (await api.find(project))?.['status']
      const messages: string[] = (status?.conditions ?? []).map(({ message }: { message: string }) => message)
      const refused = status?.lastError?.code === 'Forbidden' && `Forbidden: ${status.lastError.message}`
      const trouble = messages.find((message) => message.includes('may not read')) ?? refused
      return trouble ? { trouble } : undefined
    },
    { within: 40_000 },
  ).then(({ trouble }) => trouble)
}

/** Somebody changes the Secret with the TLS keys; the operator puts it right when it looks. */
async function mend(api: Api, project: KubeObject): Promise<string | undefined> {
  const { namespace, name } = project.metadata
  const ref = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: `${name}-botyard`, ...(namespace && { namespace }) },
  }
  const { data } = await api.get(ref)
  await api.patch(ref, { data: { ...data, 'tls.crt': '' } })
  await api.patch(project, { metadata: { annotations: { 'botyard.dev/reconcile-requested-at': 'now' } } })
  return untilTold(api, project, async () => JSON.stringify((await api.get(ref))['data']) === JSON.stringify(data))
}

/** In which order Secrets and Projects of a namespace went: the versions of all objects are counted together. */
function recordDeletions(api: Api, namespace: string) {
  const stopping = new AbortController()
  const versions = new Map<string, bigint>()
  const follow = async (apiVersion: string, kind: string) => {
    try {
      for await (const { type, object } of api.watch({ apiVersion, kind, namespace }, { signal: stopping.signal }))
        if (type === 'DELETED') versions.set(object.metadata.name, BigInt(object.metadata.resourceVersion ?? 0))
    } catch (error) {
      if (!stopping.signal.aborted) throw error
    }
  }
  void Promise.all([follow('v1', 'Secret'), follow('botyard.dev/v1alpha1', 'Project')])
  return {
    stop: () => stopping.abort(),
    inOrder: (first: string, second: string): Promise<boolean> =>
      waitFor(
        `the end of ${first} and ${second}`,
        async () => {
          const [a, b] = [versions.get(first), versions.get(second)]
          return a === undefined || b === undefined ? undefined : { inOrder: a < b }
        },
        { within: 40_000 },
      ).then(({ inOrder }) => inOrder),
  }
}
