// What Telegram accepts as a webhook: pure rules over what setWebhook was given. Reference: the Bot API server's source.

import { X509Certificate } from 'node:crypto'
import { BlockList, isIPv4, isIPv6 } from 'node:net'
import type { WebhookTarget } from './webhook-url.ts'

const ports = [443, 80, 88, 8443]

/** What is wrong with the scheme or the port, in Telegram's words. */
export function problemOfTarget({ scheme, port }: WebhookTarget): string | undefined {
  if (scheme === 'http') return 'An HTTPS URL must be provided for webhook'
  return ports.includes(port) ? undefined : 'Webhook can be set up only on ports 80, 88, 443 or 8443'
}

const reserved = new BlockList()
for (const range of [
  '0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24',
  '192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4',
].flatMap((line) => line.split(' '))) {
  const [network = '', prefix] = range.split('/')
  reserved.addSubnet(network, Number(prefix), 'ipv4')
}

/** What is wrong with the address that updates would go to. `allowReserved` is the lab switch. */
export function problemOfAddress(address: string, { allowReserved }: { allowReserved: boolean }): string | undefined {
  if (isIPv6(address)) return 'IPv6-only addresses are not allowed'
  if (!isIPv4(address)) return 'Invalid IP address specified'
  if (!allowReserved && reserved.check(address, 'ipv4')) return `IP address ${address} is reserved`
  return undefined
}

export function problemOfSecretToken(token: string): string | undefined {
  if (Buffer.byteLength(token) > 256) return 'secret token is too long'
  return /^[A-Za-z0-9_-]*$/.test(token) ? undefined : 'secret token contains unallowed characters'
}

export const certificateLimitBytes = 3 * 1024 * 1024

/** The certificates of an uploaded PEM file; `undefined` when it holds none or one that does not parse. */
export function parseTrust(file: Uint8Array): string[] | undefined {
  const blocks = Buffer.from(file)
    .toString('latin1')
    .match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g)
  return blocks?.every(isCertificate) ? [...blocks] : undefined
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).subject !== null
  } catch {
    return false
  }
}
