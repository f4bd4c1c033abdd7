// Real certificates for tests of the simulators: a CA of one's own and leaves from it.

import 'reflect-metadata'
import type { webcrypto } from 'node:crypto'
import * as x509 from '@peculiar/x509'

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const validity = { notBefore: new Date('2020-01-01T00:00:00Z'), notAfter: new Date('2046-01-01T00:00:00Z') }

export interface LeafOptions {
  commonName: string
  ips?: string[]
  dns?: string[]
  validity?: { notBefore: Date; notAfter: Date }
}

/** PEM. */
export interface Issued {
  certificate: string
  key: string
}

export interface Authority {
  /** PEM. */
  certificate: string
  issue(leaf: LeafOptions): Promise<Issued>
}

const newKeys = () => crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']) as Promise<webcrypto.CryptoKeyPair>

async function pemOf(key: webcrypto.CryptoKey): Promise<string> {
  const body = Buffer.from(await crypto.subtle.exportKey('pkcs8', key)).toString('base64')
  return `-----BEGIN PRIVATE KEY-----\n${body.replace(/.{64}/g, '$&\n')}\n-----END PRIVATE KEY-----\n`
}

/** An authority like the one that a Project has. */
export async function createAuthority(name = 'Test CA'): Promise<Authority> {
  const keys = await newKeys()
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    ...{ serialNumber: '01', name: `CN=${name}`, ...validity, signingAlgorithm: algorithm, keys },
    extensions: [new x509.BasicConstraintsExtension(true, 0, true)],
  })
  return {
    certificate: ca.toString('pem'),
    async issue(options) {
      const own = await newKeys()
      const leaf = await x509.X509CertificateGenerator.create({
        ...{ serialNumber: '02', subject: `CN=${options.commonName}`, issuer: ca.subject, ...validity },
        ...{ signingAlgorithm: algorithm, publicKey: own.publicKey, signingKey: keys.privateKey },
        ...options.validity,
        extensions: namesOf(options),
      })
      return { certificate: leaf.toString('pem'), key: await pemOf(own.privateKey) }
    },
  }
}

/** One that vouches for itself, as people make them by hand. */
export async function createSelfSigned(options: LeafOptions): Promise<Issued> {
  const keys = await newKeys()
  const leaf = await x509.X509CertificateGenerator.createSelfSigned({
    ...{ serialNumber: '03', name: `CN=${options.commonName}`, ...validity, signingAlgorithm: algorithm, keys },
    extensions: namesOf(options),
  })
  return { certificate: leaf.toString('pem'), key: await pemOf(keys.privateKey) }
}

function namesOf({ ips = [], dns = [] }: LeafOptions): x509.Extension[] {
  const names = [
    ...ips.map((value) => ({ type: 'ip' as const, value })),
    ...dns.map((value) => ({ type: 'dns' as const, value })),
  ]
  return names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names)]
}
