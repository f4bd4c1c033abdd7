// A certificate as bots' manuals tell one to make it: signed by itself, with the address for its name.

import 'reflect-metadata'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import * as x509 from '@peculiar/x509'

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const

export interface CertificateFiles {
  certificate: string
  key: string
}

/** Paths of two PEM files in the folder. */
export async function selfSigned(folder: string, ip: string): Promise<CertificateFiles> {
  const keys = (await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as Parameters<
    typeof x509.X509CertificateGenerator.createSelfSigned
  >[0]['keys']
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    ...{ serialNumber: '01', name: `CN=${ip}`, signingAlgorithm: algorithm, keys },
    ...{ notBefore: new Date('2020-01-01T00:00:00Z'), notAfter: new Date('2046-01-01T00:00:00Z') },
    extensions: [new x509.BasicConstraintsExtension(true)],
  })
  const key = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64')
  const files = { certificate: path.join(folder, `${ip}.pem`), key: path.join(folder, `${ip}.key`) }
  await writeFile(files.certificate, certificate.toString('pem'))
  const lines = key.replace(/.{64}/g, '$&\n')
  await writeFile(files.key, `-----BEGIN PRIVATE KEY-----\n${lines}\n-----END PRIVATE KEY-----\n`, { mode: 0o600 })
  return files
}
