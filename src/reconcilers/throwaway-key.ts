// A public SSH key whose private half is forgotten at once: attached so that Hetzner issues no root password.

import { generateKeyPairSync } from 'node:crypto'

/** An SSH string (RFC 4251 §5): its length in four bytes, then its bytes. */
function sshString(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}

/** One line in OpenSSH's format (RFC 8709: ssh-ed25519). */
export function throwawayPublicKey(comment: string): string {
  const { publicKey } = generateKeyPairSync('ed25519')
  const { x } = publicKey.export({ format: 'jwk' })
  if (x === undefined) throw new Error('Cannot make a throw-away SSH key: the runtime gave no public key')
  const algorithm = 'ssh-ed25519'
  const blob = Buffer.concat([sshString(Buffer.from(algorithm)), sshString(Buffer.from(x, 'base64url'))])
  return `${algorithm} ${blob.toString('base64')} ${comment}`
}
