// Composes the user data once before anything is allocated: what can never become a server must not cost an address first.

import { seconds } from '../clock.ts'
import { type IssuedCertificates, issueCertificates } from './certificates.ts'
import type { KeyMaterial, Pass } from './pass.ts'
import { blocked, type Step } from './step.ts'
import { desiredUserData } from './user-data-source.ts'

/** An address of the range for documentation (RFC 5737). */
const placeholderAddress = '203.0.113.100'

/** A Secret or ConfigMap may be on its way. */
const reprobe = seconds(30)

let placeholder: Promise<IssuedCertificates> | undefined

/** Keys of the size that real ones have, so that the sizes told are true; made once, used by nobody. */
async function placeholderKeys({ deps }: Pass): Promise<KeyMaterial> {
  placeholder ??= issueCertificates({ ip: placeholderAddress, commonName: 'rehearsal', clock: deps.clock })
  return { ...(await placeholder), secretToken: 'x'.repeat(43) }
}

/** What ServerReady must say before an address is allocated; undefined when nothing stands in the way, or one is there already. */
export async function rehearse(pass: Pass): Promise<Step<'ServerReady'> | undefined> {
  if (pass.draft.address !== undefined) return undefined
  const rehearsed = await desiredUserData(pass, { keys: await placeholderKeys(pass), ipv4: placeholderAddress })
  return rehearsed.kind === 'problem' ? blocked('InvalidServer', rehearsed.message, reprobe) : undefined
}
