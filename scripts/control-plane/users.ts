// Kubeconfig files for anybody: users by a client certificate, service accounts by a token that the API server issues.

import { mkdir, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { type Api, createApi } from './api.ts'
import type { Authority } from './certificates.ts'
import { type Access, writeKubeconfig } from './kubeconfig.ts'

export interface ServiceAccount {
  namespace: string
  name: string
}

export type Identity = { user: string; groups?: readonly string[] } | { serviceAccount: ServiceAccount }

export interface UsersDeps {
  /** Folder for the files. */
  directory: string
  url: string
  authority: Authority
  /** Path of a kubeconfig that may create namespaces and service accounts. */
  adminKubeconfig: string
}

/** Longer than any run; the API server itself sets no limit. */
const tokenLifeSeconds = 30 * 24 * 3600

/** Answers a path for an identity; the same identity gets the same file while the folder lives. */
export function createUsers({ directory, url, authority, adminKubeconfig }: UsersDeps) {
  async function kubeconfigFor(identity: Identity): Promise<string> {
    const file = path.join(directory, `${fileName(identity)}.kubeconfig`)
    if ((await stat(file).catch(() => undefined)) !== undefined) return file
    await mkdir(directory, { recursive: true })
    const access = { url, ca: authority.certificate }
    await writeKubeconfig(file, { ...access, credentials: await credentialsFor(identity) })
    return file
  }

  /** The folder that a kubelet would mount into a pod of this service account. */
  async function podFilesFor(serviceAccount: ServiceAccount): Promise<string> {
    const folder = path.join(directory, `pod.${serviceAccount.namespace}.${serviceAccount.name}`)
    await mkdir(folder, { recursive: true })
    const credentials = await credentialsFor({ serviceAccount })
    const token = 'token' in credentials ? credentials.token : ''
    await writeFile(path.join(folder, 'token'), token, { mode: 0o600 })
    await writeFile(path.join(folder, 'ca.crt'), authority.certificate)
    return folder
  }

  async function credentialsFor(identity: Identity): Promise<Access['credentials']> {
    if ('user' in identity) return authority.issueClient(identity.user, identity.groups)
    const api = await createApi(adminKubeconfig)
    try {
      return { token: await requestToken(api, identity.serviceAccount) }
    } finally {
      await api.close()
    }
  }

  return { kubeconfigFor, podFilesFor }
}

async function requestToken(api: Api, { namespace, name }: { namespace: string; name: string }): Promise<string> {
  // One that is there stays as it is: to apply so little would take its labels away.
  const objects = [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } },
  ]
  for (const object of objects) if ((await api.find(object)) === undefined) await api.apply(object)
  const body = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { expirationSeconds: tokenLifeSeconds },
  }
  const answer = await api.raw('POST', `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`, { body })
  return answer.status.token
}

function fileName(identity: Identity): string {
  if ('serviceAccount' in identity) return `sa.${identity.serviceAccount.namespace}.${identity.serviceAccount.name}`
  return ['user', identity.user, ...(identity.groups ?? [])].map((part) => encodeURIComponent(part)).join('.')
}
