// The Lease of the operator, read and written by its name over a socket of its own.

import type { Duration } from '../clock.ts'
import { isAlreadyExists, isConflict, isNotFound } from './api-error.ts'
import type { ObjectRef } from './object-ref.ts'
import type { Transport } from './transport.ts'

export interface LeaseObject {
  readonly metadata: { readonly uid?: string; readonly resourceVersion?: string }
  /** As it came: whoever else writes the Lease may put anything there. */
  readonly spec?: Readonly<Record<string, unknown>> | undefined
}

export interface LeaseCallOptions {
  readonly signal: AbortSignal
  /** For the whole call; it does not begin any more when this is over. */
  readonly timeout: Duration
}

/** Every method rejects as the transport does; the outcome of a write is then unknown. */
export interface Leases {
  get(options: LeaseCallOptions): Promise<LeaseObject | undefined>
  create(spec: object, options: LeaseCallOptions): Promise<LeaseObject | 'exists'>
  /** Only if nobody has written since `lease` was read. What it holds beside the given members stays. */
  update(lease: LeaseObject, spec: object, options: LeaseCallOptions): Promise<LeaseObject | 'conflict' | 'gone'>
}

export function createLeases(transport: Transport, { namespace, name }: ObjectRef): Leases {
  const all = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`
  const path = `${all}/${name}`
  const ask = (call: { method: 'GET' | 'POST' | 'PUT'; path: string; body?: object }, options: LeaseCallOptions) =>
    transport.request<unknown>({ ...call, ...options, lane: 'lease' }).then((answer) => checked(answer, path))
  const bodyOf = (lease: Partial<LeaseObject>, spec: object) => ({
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { ...lease.metadata, namespace, name },
    spec: { ...lease.spec, ...spec },
  })

  return {
    get: (options) => ask({ method: 'GET', path }, options).catch(when(isNotFound, undefined)),
    create: (spec, options) =>
      ask({ method: 'POST', path: all, body: bodyOf({}, spec) }, options).catch(when(isAlreadyExists, 'exists')),
    update: (lease, spec, options) =>
      ask({ method: 'PUT', path, body: bodyOf(lease, spec) }, options)
        .catch(when(isConflict, 'conflict'))
        .catch(when(isNotFound, 'gone')),
  }
}

/** Without a version a write would hold whatever is there: an answer that has none is no Lease. */
function checked(answer: unknown, path: string): LeaseObject {
  const lease = answer as { metadata?: { resourceVersion?: unknown }; spec?: unknown } | null
  const version = lease?.metadata?.resourceVersion
  const isSpec = lease?.spec === undefined || (typeof lease.spec === 'object' && lease.spec !== null)
  if (typeof version !== 'string' || version === '' || !isSpec)
    throw new TypeError(`Cannot use the answer to ${path}: it is not a Lease`)
  return lease as LeaseObject
}

const when =
  <const T>(is: (error: unknown) => boolean, answer: T) =>
  (error: unknown): T => {
    if (is(error)) return answer
    throw error
  }
