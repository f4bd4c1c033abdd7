import 'reflect-metadata'
import { execFileSync, spawnSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, createServer } from 'node:tls'
import * as x509 from '@peculiar/x509'
import { beforeAll, describe, expect, it } from 'vitest'
import { hours } from '../../src/clock.ts'
import { describeCertificate, type IssuedCertificates, issueCertificates } from '../../src/reconcilers/certificates.ts'
import { fakeClock } from '../support/fake-clock.ts'

const start = Date.UTC(2026, 6, 1, 12)
const ip = '127.64.0.1'
const issue = (o: { ip?: string; commonName?: string; now?: number } = {}) =>
  issueCertificates({ ip: o.ip ?? ip, commonName: o.commonName ?? 'shop/echo', clock: fakeClock(o.now ?? start) })

let ours: IssuedCertificates
beforeAll(async () => {
  ours = await issue()
})

const chain = (pem: string): string[] => pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n/g) ?? []

describe('issued certificates', () => {
  it('name the address as common name and as only SAN', () => {
    const leaf = new X509Certificate(ours.certificate)
    expect(leaf.subject).toBe(`CN=${ip}`)
    expect(leaf.subjectAltName).toBe(`IP Address:${ip}`)
    const [constraints] = new x509.X509Certificate(chain(ours.certificate)[0] ?? '').getExtensions(
      x509.BasicConstraintsExtension,
    )
    expect(constraints).toMatchObject({ ca: false, critical: true })
    expect(leaf.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']) // serverAuth
  })

  it('come as a chain, the leaf first, and with the CA beside it', () => {
    const [leaf, ca, ...more] = chain(ours.certificate)
    expect(more).toEqual([])
    expect(ca).toBe(ours.caCertificate)
    expect(new X509Certificate(leaf ?? '').checkIssued(new X509Certificate(ca ?? ''))).toBe(true)
    expect(new X509Certificate(ca ?? '').ca).toBe(true)
  })

  it('live for 20 years, from a day ago for servers whose clock is behind', () => {
    for (const pem of chain(ours.certificate)) {
      const certificate = new X509Certificate(pem)
      expect(certificate.validFromDate.getTime()).toBe(start - hours(24))
      expect(certificate.validToDate.getTime()).toBe(Date.UTC(2046, 6, 1, 12))
    }
  })

  it('live on past 2050, where the encoding of dates changes', async () => {
    const late = await issue({ now: Date.UTC(2035, 0, 1) })
    expect(describeCertificate(late.certificate).notAfter).toBe(Date.UTC(2055, 0, 1))
  })

  it('are never issued twice: key and serial number are new each time', async () => {
    const again = await issue()
    expect(again.key).not.toBe(ours.key)
    expect(again.caKey).not.toBe(ours.caKey)
    expect(new X509Certificate(again.certificate).serialNumber).not.toBe(
      new X509Certificate(ours.certificate).serialNumber,
    )
  })

  it.each(['a/b, O=evil', 'CN=x+OU=y', 'ü'.repeat(90), `${'n'.repeat(63)}/${'m'.repeat(40)}`, '"\\#<>;'])(
    'take any common name for the CA as text: %s',
    async (commonName) => {
      const { caCertificate, certificate } = await issue({ commonName })
      expect(describeCertificate(certificate, { caCertificate })).toMatchObject({ ip, matchesCA: true })
      expect(new X509Certificate(caCertificate).subject.split('\n')).toHaveLength(1)
    },
  )

  it('carry a real TLS handshake', async () => {
    const server = createServer({ cert: ours.certificate, key: ours.key }, (socket) => void socket.end('hello'))
    await new Promise<void>((resolve) => server.listen(0, ip, resolve))
    const { port } = server.address() as AddressInfo
    const heard = await new Promise<string>((resolve, reject) => {
      const socket = connect({ host: ip, port, ca: ours.caCertificate }, () => void socket.setEncoding('utf8'))
      socket.once('data', (data) => resolve(String(data)))
      socket.once('error', reject)
    })
    expect(heard).toBe('hello')
    await new Promise((resolve) => server.close(resolve))
  })

  const hasOpenSSL = spawnSync('openssl', ['version']).status === 0
  it.skipIf(!hasOpenSSL)('satisfy openssl in strict mode', () => {
    const folder = mkdtempSync(join(tmpdir(), 'certificates-'))
    try {
      writeFileSync(join(folder, 'ca.pem'), ours.caCertificate)
      writeFileSync(join(folder, 'leaf.pem'), ours.certificate)
      const strict = [
        'verify',
        '-x509_strict',
        '-attime',
        String(start / 1_000),
        '-purpose',
        'sslserver',
        '-verify_ip',
        ip,
      ]
      const seen = execFileSync('openssl', [...strict, '-CAfile', join(folder, 'ca.pem'), join(folder, 'leaf.pem')])
      expect(seen.toString()).toContain('OK')
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

describe('describeCertificate', () => {
  it('knows what belongs together', () => {
    const { key, caCertificate } = ours
    expect(describeCertificate(ours.certificate, { key, caCertificate })).toEqual({
      ip,
      notAfter: Date.UTC(2046, 6, 1, 12),
      matchesKey: true,
      matchesCA: true,
    })
  })

  it('knows what does not', async () => {
    const other = await issue()
    expect(describeCertificate(ours.certificate, { key: other.key, caCertificate: other.caCertificate })).toMatchObject(
      {
        matchesKey: false,
        matchesCA: false,
      },
    )
    expect(describeCertificate(ours.certificate, { key: 'x', caCertificate: 'y' })).toMatchObject({
      matchesKey: false,
      matchesCA: false,
    })
    expect(describeCertificate(ours.certificate)).toMatchObject({ matchesKey: false, matchesCA: false })
  })

  it('does not take a leaf for a CA, nor a CA for the leaf of an address', () => {
    expect(describeCertificate(ours.certificate, { caCertificate: ours.certificate }).matchesCA).toBe(false)
    expect(describeCertificate(ours.caCertificate).ip).toBeUndefined()
  })

  it.each(['', 'garbage', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n', '\0'])(
    'never throws for what is no certificate: %j',
    (pem) => {
      const nothing = { ip: undefined, notAfter: undefined, matchesKey: false, matchesCA: false }
      expect(describeCertificate(pem, ours)).toEqual(nothing)
    },
  )
})
