// What the operator must be allowed to do everywhere and in its own namespace, and which of it the API server would refuse.
// Namespaces of Projects are granted one by one: what is missing there is told by their Projects.

import { GROUP, PLURAL } from '../api/project.ts'
import type { Transport } from './transport.ts'

export interface Right {
  readonly verb: string
  /** Empty for the core group. */
  readonly group: string
  readonly resource: string
  readonly subresource?: string
  /** Without one: in all namespaces. */
  readonly namespace?: string
  /** Without one: every object of the resource. */
  readonly name?: string
}

interface Needs {
  namespace: string
  escrow: boolean
  /** Undefined: there is no Lease. */
  leaderElection?: unknown
  /** Undefined: /metrics asks nobody who reads it. */
  metrics?: unknown
}

/** The one Lease of the operator, in its own namespace. */
export const leaseName = 'botyard'

/** A create cannot be bound to a name: what does not exist has none yet. */
function leaseRights(namespace: string): Right[] {
  const lease = { group: 'coordination.k8s.io', resource: 'leases', namespace }
  return [{ ...lease, verb: 'create' }, ...['get', 'update'].map((verb) => ({ ...lease, verb, name: leaseName }))]
}

/** Who reads /metrics, and may they? */
const reviewRights: readonly Right[] = [
  { verb: 'create', group: 'authentication.k8s.io', resource: 'tokenreviews' },
  { verb: 'create', group: 'authorization.k8s.io', resource: 'subjectaccessreviews' },
]

/** Exactly the calls that are made beside those in the namespaces of Projects. */
export function neededRights({ namespace, escrow, leaderElection, metrics }: Needs): Right[] {
  const projects = ['get', 'list', 'watch', 'patch'].map((verb) => ({ verb, group: GROUP, resource: PLURAL }))
  const events = ['create', 'patch'].map((verb) => ({ verb, group: 'events.k8s.io', resource: 'events' }))
  const status = { verb: 'patch', group: GROUP, resource: PLURAL, subresource: 'status' }
  // Without an escrow there are still tombstones to write, and what an earlier one has left to remove.
  const verbs = escrow ? ['get', 'create', 'update', 'delete'] : ['create', 'delete']
  const secrets = verbs.map((verb) => ({ verb, group: '', resource: 'secrets', namespace }))
  const leases = leaderElection === undefined ? [] : leaseRights(namespace)
  return [...projects, status, ...events, ...(metrics === undefined ? [] : reviewRights), ...secrets, ...leases]
}

interface Review {
  readonly status?: { readonly allowed?: boolean }
}

/** Asks about each right; every account may ask about itself. Rejects when the API server does not answer. */
export async function missingRights(
  transport: Transport,
  rights: readonly Right[],
  signal: AbortSignal,
): Promise<Right[]> {
  const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'
  const ask = (resourceAttributes: Right) => {
    const body = {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes },
    }
    return transport.request<Review>({ method: 'POST', path, body, signal })
  }
  const reviews = await Promise.all(rights.map(ask))
  return rights.filter((_right, index) => reviews[index]?.status?.allowed !== true)
}

/** For people, with what to do about it. */
export function describeMissing({ verb, group, resource, subresource, namespace, name }: Right): string {
  const type = [`${resource}${group && `.${group}`}`, subresource].filter(Boolean).join('/')
  const what = name === undefined ? type : `${type} ${name}`
  return namespace === undefined
    ? `The operator may not ${verb} ${what}: check its ClusterRole`
    : `The operator may not ${verb} ${what} in namespace ${namespace}: check its Role there`
}
