// What a test says to the control plane of this run. Files that use it are named `*.cluster.test.ts`.

import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { inject } from 'vitest'
import { type Api, createApi, type KubeObject } from '../../scripts/control-plane/api.ts'
import { grantNamespace, operatorAccount } from '../../scripts/control-plane/grant.ts'
import { type OpenControlPlane, openControlPlane } from '../../scripts/control-plane/start.ts'

export type { Api, KubeObject } from '../../scripts/control-plane/api.ts'
export { ApiFailure } from '../../scripts/control-plane/connection.ts'

/** The control plane that global setup started. */
export function controlPlane(): Promise<OpenControlPlane> {
  return openControlPlane(inject('controlPlane'))
}

/** A client that may do everything. */
export function adminApi(): Promise<Api> {
  return createApi(inject('controlPlane').adminKubeconfig)
}

/** Path of a kubeconfig with which a process is the operator, and may do no more than it. */
export async function operatorKubeconfig(): Promise<string> {
  return (await controlPlane()).kubeconfigFor({ serviceAccount: operatorAccount })
}

/** A namespace of the test's own; `granted` says whether the operator may read and write Secrets there. */
export async function createNamespace(api: Api, { prefix = 'test', granted = true } = {}): Promise<string> {
  const name = `${prefix}-${randomUUID().slice(0, 8)}`
  if (granted) await grantNamespace(api, name)
  else await api.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
  return name
}

/** A Secret from plain text values. */
export function secret(namespace: string, name: string, values: Record<string, string>): KubeObject {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, stringData: values }
}

export interface WaitOptions {
  /** Milliseconds. */
  within?: number
  every?: number
}

/** Asks until the answer is neither undefined nor false, and gives it; throws what was waited for when time is up. */
export async function waitFor<T>(
  what: string,
  ask: () => Promise<T | undefined | false>,
  { within = 15_000, every = 50 }: WaitOptions = {},
): Promise<T> {
  const end = performance.now() + within
  for (;;) {
    const answer = await ask()
    if (answer !== undefined && answer !== false) return answer
    if (performance.now() > end) throw new Error(`Cannot see ${what} within ${within} ms`)
    await delay(every)
  }
}
