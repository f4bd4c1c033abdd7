// The Project's own PKI: a private CA, which Telegram is told to trust, and the leaf that the server presents.

import 'reflect-metadata' // the X.509 library's container looks for it before its first use
import { createPrivateKey, randomBytes, type webcrypto, X509Certificate } from 'node:crypto'
import * as x509 from '@peculiar/x509'
import { type Clock, type Duration, hours } from '../clock.ts'

export interface IssuedCertificates {
  /** PEM. The trust anchor: what Telegram and the probe get. */
  caCertificate: string
  /** PEM, PKCS #8. */
  caKey: string
  /** PEM. Leaf first, then its chain. */
  certificate: string
  /** PEM, PKCS #8. The leaf's. */
  key: string
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const lifetimeInYears = 20
/** A server whose clock is behind must not find its certificate in the future. */
const clockSkew: Duration = hours(24)
/** X.520's upper bound for a common name, in characters. */
const longestCommonName = 64

interface Validity {
  notBefore: Date
  notAfter: Date
}

function validityFrom(now: number): Validity {
  const notBefore = new Date(now - clockSkew)
  const notAfter = new Date(now)
  notAfter.setUTCFullYear(notAfter.getUTCFullYear() + lifetimeInYears)
  return { notBefore, notAfter }
}

/** 127 random bits: positive, never zero in its first byte, at most the 20 octets RFC 5280 allows. */
function serialNumber(): string {
  const bytes = randomBytes(16)
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40
  return bytes.toString('hex')
}

const commonNameOf = (name: string) => new x509.Name([{ CN: [{ utf8String: name }] }])

const generateKeys = () => crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])

async function privateKeyPEM(key: webcrypto.CryptoKey): Promise<string> {
  return `${x509.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY')}\n`
}

const certificatePEM = (certificate: x509.X509Certificate): string => `${certificate.toString('pem')}\n`

async function issueCA(commonName: string, validity: Validity) {
  const keys = await generateKeys()
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: commonNameOf([...commonName].slice(0, longestCommonName).join('')),
    ...validity,
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return { keys, certificate }
}

/**
 * The leaf names the address twice, as common name and as IP SAN: with an uploaded certificate Telegram compares the
 * host string with the common name, other clients look at the SAN. A DNS SAN would switch the former off.
 */
async function issueLeaf(ip: string, ca: Awaited<ReturnType<typeof issueCA>>, validity: Validity) {
  const keys = await generateKeys()
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: commonNameOf(ip),
    issuer: ca.certificate.subjectName,
    ...validity,
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey: ca.keys.privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([{ type: 'ip', value: ip }]),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(ca.certificate.publicKey),
    ],
  })
  return { keys, certificate }
}

/** A new CA (20 years, ECDSA P-256) and a leaf for one IPv4, which lives as long: it cannot be rotated on a server yet. */
export async function issueCertificates(o: {
  ip: string
  commonName: string
  clock: Clock
}): Promise<IssuedCertificates> {
  const validity = validityFrom(o.clock.now())
  const ca = await issueCA(o.commonName, validity)
  const leaf = await issueLeaf(o.ip, ca, validity)
  return {
    caCertificate: certificatePEM(ca.certificate),
    caKey: await privateKeyPEM(ca.keys.privateKey),
    certificate: certificatePEM(leaf.certificate) + certificatePEM(ca.certificate),
    key: await privateKeyPEM(leaf.keys.privateKey),
  }
}

export interface CertificateDescription {
  /** The address the leaf is for: its common name, when the only SAN says the same. Undefined for anything else. */
  ip: string | undefined
  /** Milliseconds since the epoch. Undefined when this is no certificate. */
  notAfter: number | undefined
  /** Whether the key given belongs to it; false without one. */
  matchesKey: boolean
  /** Whether the CA given has signed it; false without one. */
  matchesCA: boolean
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}

function ipOf(certificate: X509Certificate): string | undefined {
  const ip = /^CN=(.+)$/.exec(certificate.subject)?.[1]
  return ip !== undefined && certificate.subjectAltName === `IP Address:${ip}` ? ip : undefined
}

const isIssuedBy = (certificate: X509Certificate, ca: X509Certificate): boolean =>
  certificate.checkIssued(ca) && certificate.verify(ca.publicKey)

/** What a PEM certificate (the first, when there is a chain) from a Secret is worth. Never throws. */
export function describeCertificate(
  pem: string,
  against: { key?: string | undefined; caCertificate?: string | undefined } = {},
): CertificateDescription {
  const { key, caCertificate } = against
  const certificate = attempt(() => new X509Certificate(pem))
  if (certificate === undefined) return { ip: undefined, notAfter: undefined, matchesKey: false, matchesCA: false }
  const matchesKey = attempt(() => key !== undefined && certificate.checkPrivateKey(createPrivateKey(key)))
  const matchesCA = attempt(
    () => caCertificate !== undefined && isIssuedBy(certificate, new X509Certificate(caCertificate)),
  )
  return {
    ip: ipOf(certificate),
    notAfter: certificate.validToDate.getTime(),
    matchesKey: matchesKey ?? false,
    matchesCA: matchesCA ?? false,
  }
}
