// The certificate of /metrics: made at the start, or read from files that somebody rotates under us.

import 'reflect-metadata' // the X.509 library's container looks for it before its first use
import { readFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import path from 'node:path'
import { createSecureContext } from 'node:tls'
import * as x509 from '@peculiar/x509'
import { type Clock, type Duration, hours, seconds } from '../clock.ts'
import type { ServingCertificate } from './page-server.ts'

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
/** A process hardly lives as long, and nobody can trust what each start makes anew: it encrypts, and proves nothing. */
const lifetime: Duration = hours(24 * 3_650)
const clockSkew: Duration = hours(24)

/** For whoever scrapes without checking, as Prometheus does in clusters with `insecure_skip_verify`. */
export async function selfSigned({ clock }: { clock: Clock }): Promise<ServingCertificate> {
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: new x509.Name([{ CN: [{ utf8String: 'botyard-metrics' }] }]),
    notBefore: new Date(clock.now() - clockSkew),
    notAfter: new Date(clock.now() + lifetime),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([
        { type: 'dns', value: hostname() },
        { type: 'dns', value: 'botyard-metrics' },
      ]),
    ],
  })
  const key = x509.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY')
  return { certificate: certificate.toString('pem'), key }
}

export interface CertificateFilesDeps {
  /** Holds tls.crt and tls.key, as a mounted Secret of type kubernetes.io/tls does. */
  readonly directory: string
  readonly clock: Clock
  readonly onRead?: (outcome: 'read' | 'failed') => void
  readonly onError?: (error: unknown) => void
}

/** Between two looks at the files. */
const pace: Duration = seconds(10)

/** Rejects when the files cannot be read, or do not fit each other. */
export async function readCertificate(directory: string): Promise<ServingCertificate> {
  const read = (name: string) => readFile(path.join(directory, name), 'utf8')
  try {
    const [certificate, key] = await Promise.all([read('tls.crt'), read('tls.key')])
    createSecureContext({ cert: certificate, key }) // throws when they do not fit
    return { certificate, key }
  } catch (cause) {
    const { message } = cause as Error
    throw new Error(`Cannot use tls.crt and tls.key in ${directory}: ${message}`, { cause })
  }
}

/** Looks at the files until it is stopped, and tells of each new pair; half of one, or a wrong one, changes nothing. */
export function followCertificate(
  { directory, clock, onRead = () => {}, onError = () => {} }: CertificateFilesDeps,
  o: { current: ServingCertificate; onChange: (certificate: ServingCertificate) => void },
): { stop(): void } {
  let { current } = o
  let isStopped = false
  let cancel = clock.schedule(pace, look)

  function look(): void {
    void readCertificate(directory)
      .then((next) => {
        onRead('read')
        if (isStopped || (next.certificate === current.certificate && next.key === current.key)) return
        current = next
        o.onChange(next)
      })
      .catch((error: unknown) => {
        onRead('failed')
        onError(error)
      })
      .finally(() => {
        if (!isStopped) cancel = clock.schedule(pace, look)
      })
  }

  return {
    stop() {
      isStopped = true
      cancel()
    },
  }
}
