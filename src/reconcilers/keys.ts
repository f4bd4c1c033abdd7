// The Project's TLS keys and webhook secret token: made once per address, kept in an owned Secret and in escrow, restored from either.

import { randomBytes } from 'node:crypto'
import type { ReasonOf } from '../api/reasons.ts'
import type { Secret } from '../kube/secrets.ts'
import { describeCertificate, issueCertificates } from './certificates.ts'
import { keysFromData, keysToData, readEscrow, writeEscrow } from './escrow.ts'
import { secretRestored } from './events.ts'
import { ownedSecretName, ownerLabels } from './names.ts'
import type { EscrowContent, KeyMaterial, Pass } from './pass.ts'
import { readSecret, saveSecret } from './recent-reads.ts'

export type KeysDecision =
  | { kind: 'use'; keys: KeyMaterial }
  | { kind: 'escrow'; keys: KeyMaterial }
  | { kind: 'publish'; keys: KeyMaterial }
  | { kind: 'generate' }
  | { kind: 'lost' }

/**
 * Pure: which copy of the keys counts, and which copy is to be written.
 * The escrow counts before the Secret, because users can write the Secret. While a server exists keys are never made anew: it has the old ones.
 */
export function decideKeys(world: {
  secret: KeyMaterial | undefined
  escrow: KeyMaterial | undefined
  escrowEnabled: boolean
  serverExists: boolean
  fits: (keys: KeyMaterial) => boolean
}): KeysDecision {
  const usable = (keys: KeyMaterial | undefined) => (keys !== undefined && world.fits(keys) ? keys : undefined)
  const escrow = usable(world.escrow)
  const secret = usable(world.secret)
  if (escrow !== undefined)
    return isSame(escrow, world.secret) ? { kind: 'use', keys: escrow } : { kind: 'publish', keys: escrow }
  if (secret !== undefined)
    return world.escrowEnabled ? { kind: 'escrow', keys: secret } : { kind: 'use', keys: secret }
  return world.serverExists ? { kind: 'lost' } : { kind: 'generate' }
}

export type KeysResult =
  | { kind: 'ready'; keys: KeyMaterial }
  | { kind: 'lost'; message: string }
  | { kind: 'taken'; reason: Extract<ReasonOf<'ServerReady', 'False'>, 'NameTaken'>; message: string }

/** Brings both copies in line: the escrow first, because what exists in only one place must be in the one that users cannot delete. */
export async function ensureKeys(pass: Pass, at: { ipv4: string; serverExists: boolean }): Promise<KeysResult> {
  const { project, deps } = pass
  const ref = { namespace: project.metadata.namespace, name: ownedSecretName(project.metadata) }
  const secret = await readSecret(pass, ref)
  if (secret !== undefined && !isOwnedBy(secret, project.metadata.uid)) return taken(ref.name)

  const decision = decideKeys({
    secret: secret && keysFromData(secret.data),
    escrow: pass.escrow?.keys,
    escrowEnabled: deps.settings.escrow,
    serverExists: at.serverExists,
    fits: (keys) => describeCertificate(keys.certificate).ip === at.ipv4,
  })
  switch (decision.kind) {
    case 'use':
      return ready(pass, decision.keys)
    case 'publish':
      await publish(pass, secret, decision.keys)
      deps.tell(pass.project, secretRestored(ref))
      return ready(pass, decision.keys)
    case 'escrow':
      await putInEscrow(pass, decision.keys)
      return ready(pass, decision.keys)
    case 'generate': {
      const keys = await generate(pass, at.ipv4)
      if (deps.settings.escrow) await putInEscrow(pass, keys)
      await publish(pass, secret, keys)
      return ready(pass, keys)
    }
    case 'lost':
      return {
        kind: 'lost',
        message: `The keys that the server was given are lost: neither Secret ${ref.name} nor the escrow holds a set for ${at.ipv4}. Restore the Secret from a backup, or delete the Project and create it again.`,
      }
  }
}

function ready({ project, deps }: Pass, keys: KeyMaterial): KeysResult {
  deps.memory.keepSecret(project.metadata.uid, keys.secretToken)
  return { kind: 'ready', keys }
}

const isSame = (a: KeyMaterial, b: KeyMaterial | undefined): boolean =>
  b !== undefined && JSON.stringify(keysToData(a)) === JSON.stringify(keysToData(b))

const isOwnedBy = (secret: Secret, uid: string): boolean =>
  secret.metadata.ownerReferences?.some((owner) => owner.uid === uid) ?? false

const taken = (name: string): KeysResult => ({
  kind: 'taken',
  reason: 'NameTaken',
  message: `Secret ${name} exists and does not belong to this Project. It is left alone; delete or rename it, or rename the Project.`,
})

async function generate({ project, deps }: Pass, ipv4: string): Promise<KeyMaterial> {
  const issued = await issueCertificates({
    ip: ipv4,
    commonName: `${project.metadata.namespace}/${project.metadata.name}`,
    clock: deps.clock,
  })
  return {
    caCertificate: issued.caCertificate,
    caKey: issued.caKey,
    certificate: issued.certificate,
    key: issued.key,
    secretToken: randomBytes(32).toString('base64url'),
  }
}

async function putInEscrow(pass: Pass, keys: KeyMaterial): Promise<void> {
  const current: EscrowContent = pass.escrow ?? (await readEscrow(pass))
  await writeEscrow(pass, { ...current, keys })
}

function publish(pass: Pass, existing: Secret | undefined, keys: KeyMaterial): Promise<void> {
  const { project, deps } = pass
  const { apiVersion, kind } = project
  const { namespace, name, uid } = project.metadata
  const secret: Secret = {
    metadata: {
      namespace,
      name: ownedSecretName(project.metadata),
      labels: ownerLabels(deps.identity.cluster, project.metadata),
      ownerReferences: [{ apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true }],
    },
    type: 'Opaque',
    data: keysToData(keys),
  }
  return saveSecret(pass, secret, existing)
}
