// Lets the operator work in a namespace, as a cluster's owner would: a RoleBinding to the role of Project namespaces.

import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { parse } from 'yaml'
import type { Api, KubeObject } from './api.ts'

const deploy = path.resolve(import.meta.dirname, '..', '..', 'deploy')

/** What the chart makes, the CRD apart: the operator's namespace, its service account and its rights, its Deployment. */
export const operatorManifest = path.join(deploy, 'botyard.yaml')

/** The operator's service account in that file. */
export const operatorAccount = { namespace: 'botyard-system', name: 'botyard' } as const

/** Creates the namespace when it is missing, and the RoleBinding of the chart in it. */
export async function grantNamespace(api: Api, namespace: string): Promise<void> {
  const grant: KubeObject = parse(await readFile(path.join(deploy, 'grant.yaml'), 'utf8'))
  await api.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
  await api.apply({ ...grant, metadata: { ...grant.metadata, namespace } })
}
