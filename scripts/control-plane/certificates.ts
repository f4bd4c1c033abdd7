// The certificate authority of one control plane. It lives as long as the folder that holds it.

import 'reflect-metadata'
import { generateKeyPairSync, randomBytes, type webcrypto } from 'node:crypto'
import * as x509 from '@peculiar/x509'

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const yearMs = 365 * 24 * 3_600_000

/** A certificate and its private key, both PEM. */
export interface KeyPair {
  certificate: string
  key: string
}

export interface Authority {
  /** PEM */
  certificate: string
  /** A certificate for a server on loopback. */
  issueServer(commonName: string): Promise<KeyPair>
  /** A certificate that Kubernetes takes for this user in these groups. */
  issueClient(user: string, groups?: readonly string[]): Promise<KeyPair>
  /** The authority itself, to be opened again by another process. */
  export(): KeyPair
}

export async function createAuthority(): Promise<Authority> {
  const keys = await generateKeys()
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity(),
    serialNumber: serialNumber(),
    name: 'CN=botyard-control-plane',
    keys,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.digitalSignature, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return authority(certificate, keys.privateKey, await privateKeyPem(keys.privateKey))
}

/** Opens what `export` gave. */
export async function openAuthority({ certificate, key }: KeyPair): Promise<Authority> {
  const der = x509.PemConverter.decodeFirst(key)
  const privateKey = await crypto.subtle.importKey('pkcs8', der, algorithm, true, ['sign'])
  return authority(new x509.X509Certificate(certificate), privateKey, key)
}

function authority(issuer: x509.X509Certificate, signingKey: webcrypto.CryptoKey, key: string): Authority {
  async function issue(subject: x509.JsonName, extensions: x509.Extension[]): Promise<KeyPair> {
    const keys = await generateKeys()
    const certificate = await x509.X509CertificateGenerator.create({
      ...validity(),
      serialNumber: serialNumber(),
      subject,
      issuer: issuer.subject,
      publicKey: keys.publicKey,
      signingKey,
      signingAlgorithm: algorithm,
      extensions: [new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true), ...extensions],
    })
    return { certificate: certificate.toString('pem'), key: await privateKeyPem(keys.privateKey) }
  }

  return {
    certificate: issuer.toString('pem'),
    issueServer(commonName) {
      const names = [
        { type: 'ip', value: '127.0.0.1' },
        { type: 'dns', value: 'localhost' },
        { type: 'dns', value: 'kubernetes.default.svc' },
      ] as const
      return issue(
        [{ CN: [commonName] }],
        [
          new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
          new x509.SubjectAlternativeNameExtension([...names]),
        ],
      )
    },
    issueClient(user, groups = []) {
      const organizations = groups.map((group) => ({ O: [group] }))
      return issue(
        [{ CN: [user] }, ...organizations],
        [new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth])],
      )
    },
    export: () => ({ certificate: issuer.toString('pem'), key }),
  }
}

/** The key that signs service account tokens, and its public half. */
export function generateTokenKeys(): { privateKey: string; publicKey: string } {
  return generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']) as Promise<webcrypto.CryptoKeyPair>
}

async function privateKeyPem(key: webcrypto.CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY')
}

/** Begins an hour ago, because a clock that was just set back must not break a test run. */
function validity(): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(Date.now() - 3_600_000), notAfter: new Date(Date.now() + yearMs) }
}

function serialNumber(): string {
  // The first bit stays 0: a serial number is a positive integer (RFC 5280, 4.1.2.2).
  return `01${randomBytes(15).toString('hex')}`
}
