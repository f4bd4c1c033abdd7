// The escrow: a deletion's tokens and the Project's keys, copied into the operator's own namespace so that they outlive what they delete.

import type { Secret } from '../kube/secrets.ts'
import { escrowName, ownerLabels } from './names.ts'
import type { EscrowContent, KeyMaterial, Pass } from './pass.ts'
import { readSecret, saveSecret } from './recent-reads.ts'

/** What an escrow Secret's fields are called; an existing escrow is read by these names. */
const fields = {
  hetznerToken: 'hetzner-token',
  telegramToken: 'telegram-token',
  caCertificate: 'ca.crt',
  caKey: 'ca.key',
  certificate: 'tls.crt',
  key: 'tls.key',
  secretToken: 'webhook-secret-token',
} as const

export const keysToData = (keys: KeyMaterial): Record<string, string> => ({
  [fields.caCertificate]: keys.caCertificate,
  [fields.caKey]: keys.caKey,
  [fields.certificate]: keys.certificate,
  [fields.key]: keys.key,
  [fields.secretToken]: keys.secretToken,
})

/** The key material in a Secret's data; undefined when a part is missing. */
export function keysFromData(data: Readonly<Record<string, string>>): KeyMaterial | undefined {
  const caCertificate = data[fields.caCertificate]
  const caKey = data[fields.caKey]
  const certificate = data[fields.certificate]
  const key = data[fields.key]
  const secretToken = data[fields.secretToken]
  if (!caCertificate || !caKey || !certificate || !key || !secretToken) return undefined
  return { caCertificate, caKey, certificate, key, secretToken }
}

function toData(content: EscrowContent): Record<string, string> {
  return {
    ...(content.hetznerToken !== undefined && { [fields.hetznerToken]: content.hetznerToken }),
    ...(content.telegramToken !== undefined && { [fields.telegramToken]: content.telegramToken }),
    ...(content.keys !== undefined && keysToData(content.keys)),
  }
}

function fromData(data: Readonly<Record<string, string>>): EscrowContent {
  const keys = keysFromData(data)
  return {
    ...(data[fields.hetznerToken] !== undefined && { hetznerToken: data[fields.hetznerToken] }),
    ...(data[fields.telegramToken] !== undefined && { telegramToken: data[fields.telegramToken] }),
    ...(keys !== undefined && { keys }),
  }
}

/** What is in escrow for this Project; empty when there is none, or when the escrow is switched off. */
export async function readEscrow(pass: Pass): Promise<EscrowContent> {
  const { project, deps } = pass
  if (!deps.settings.escrow) return {}
  const ref = { namespace: deps.identity.namespace, name: escrowName(project.metadata.uid) }
  const secret = await readSecret(pass, ref)
  return secret === undefined ? {} : fromData(secret.data)
}

export const isSameEscrow = (a: EscrowContent, b: EscrowContent): boolean =>
  JSON.stringify(toData(a)) === JSON.stringify(toData(b))

/** Writes the whole content; the pass goes on with it. One write to the cluster. */
export async function writeEscrow(pass: Pass, content: EscrowContent): Promise<void> {
  const secret = escrowSecret(pass, toData(content))
  await saveSecret(pass, secret, await readSecret(pass, secret.metadata))
  pass.escrow = content
}

const escrowSecret = ({ project, deps }: Pass, data: Record<string, string>): Secret => ({
  metadata: {
    namespace: deps.identity.namespace,
    name: escrowName(project.metadata.uid),
    labels: ownerLabels(deps.identity.cluster, project.metadata),
  },
  type: 'botyard.dev/escrow',
  data,
})

/** Removed last, right before the finalizer. */
export async function removeEscrow({ deps, signal }: Pass, uid: string): Promise<void> {
  await deps.secrets.delete({ namespace: deps.identity.namespace, name: escrowName(uid) }, signal)
}
