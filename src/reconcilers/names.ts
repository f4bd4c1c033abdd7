// Every label key and every derived name at Hetzner and in Kubernetes. None may ever change: what already exists is found by them.

import { createHash } from 'node:crypto'

/** The parts of a Project that names and labels are made from. */
export interface Owner {
  uid: string
  namespace: string
  name: string
}

const prefix = 'botyard.dev'

export const labelKeys = {
  cluster: `${prefix}/cluster`,
  uid: `${prefix}/uid`,
  namespace: `${prefix}/namespace`,
  name: `${prefix}/name`,
  /** On a Primary IP: a server has run on it, so it is never given back except by deletion. */
  served: `${prefix}/served`,
  /** On a server: what it was created with, so that it is known though the process died before the status told it. */
  userData: `${prefix}/user-data`,
  /** On a firewall: `shared` marks the one that stands for the whole account. */
  firewall: `${prefix}/firewall`,
} as const

/** Base 32 with the digits first (RFC 4648 §7, lower case): valid in host names and label values alike. */
const alphabet = '0123456789abcdefghijklmnopqrstuv'

/** 13 characters are 65 bits: no two Projects of one account meet, and name and hash together stay within a host name's 63. */
const hashLength = 13

function hash(...parts: string[]): string {
  const bits = createHash('sha256').update(parts.join('\n')).digest()
  const value = BigInt(`0x${bits.toString('hex')}`) >> BigInt(256 - hashLength * 5)
  const digits = Array.from({ length: hashLength }, (_, index) => Number((value >> BigInt(index * 5)) & 31n))
  return digits
    .reverse()
    .map((digit) => alphabet[digit])
    .join('')
}

/** The name of a Project's server, Primary IP and throw-away key: fixed by cluster and uid, so that Hetzner's uniqueness is the fence (R1). */
export const resourceName = (cluster: string, owner: Owner): string => `${owner.name}-${hash(cluster, owner.uid)}`

/** The labels that make a resource this Project's own (R7). */
export const ownerLabels = (cluster: string, owner: Owner): Record<string, string> => ({
  [labelKeys.cluster]: cluster,
  [labelKeys.uid]: owner.uid,
  [labelKeys.namespace]: owner.namespace,
  [labelKeys.name]: owner.name,
})

/** The hash of a server's user data as its label holds it: a label's value ends at 63 characters. */
export const userDataLabel = (hash: string): Record<string, string> => ({ [labelKeys.userData]: hash.slice(0, 63) })

export const isOwned = (labels: Readonly<Record<string, string>>, cluster: string, owner: Owner): boolean =>
  labels[labelKeys.cluster] === cluster && labels[labelKeys.uid] === owner.uid

/** A selector for what any incarnation of this Project owns, whatever its uid and cluster. */
export const incarnationSelector = (owner: Owner): string =>
  `${labelKeys.namespace}==${owner.namespace},${labelKeys.name}==${owner.name}`

export const clusterSelector = (cluster: string): string => `${labelKeys.cluster}==${cluster}`

/** The name of the account's marker: one shared firewall per cluster and Hetzner project. */
export const markerName = (cluster: string): string => `botyard-${hash(cluster)}`

/** The Secret beside the Project that holds its TLS keys and the webhook's secret token. */
export const ownedSecretName = (owner: Owner): string => `${owner.name}-botyard`

/** The Secret in the operator's namespace that holds what a deletion needs. */
export const escrowName = (uid: string): string => `botyard-${uid}`

/** The Secret in the operator's namespace that names what an abandoned deletion may have left behind. */
export const tombstoneName = (uid: string): string => `botyard-tombstone-${uid}`
