// What setWebhook gets, checked completely beforehand: Telegram removes the old webhook before it looks at the new one.

import { X509Certificate } from 'node:crypto'
import { isIPv4 } from 'node:net'
import { invalidSettings } from './telegram-error.ts'

export interface WebhookSettings {
  /** https, port 443, 80, 88 or 8443. */
  url: string
  /** The PEM certificate that Telegram trusts for the host: a CA or the leaf. Never a key. */
  certificate: string
  /** IPv4 that Telegram connects to. */
  ipAddress: string
  /** 1 to 100. */
  maxConnections: number
  /** Absent or empty means Telegram's default, which getWebhookInfo reports as absent. */
  allowedUpdates?: readonly string[] | undefined
  /** 1 to 256 of A-Z a-z 0-9 _ - ; comes back in the header X-Telegram-Bot-Api-Secret-Token. */
  secretToken: string
  /** Throws away what Telegram has queued. Never in a repair. */
  dropPendingUpdates: boolean
}

const ports = ['443', '80', '88', '8443']
const longestURL = 2048
const largestCertificate = 3 * 1024 * 1024

function isCertificate(pem: string): boolean {
  try {
    new X509Certificate(pem)
    return true
  } catch {
    return false
  }
}

function problemOfURL(raw: string): string | undefined {
  if (!URL.canParse(raw) || raw.length > longestURL) return 'the URL cannot be parsed'
  const url = new URL(raw)
  if (url.protocol !== 'https:') return 'the URL must begin with https://'
  if (url.username !== '' || url.password !== '') return 'the URL must not carry credentials'
  if (!ports.includes(url.port || '443')) return `port ${url.port} is not one of 443, 80, 88, 8443`
  return undefined
}

function problemOf(settings: WebhookSettings): string | undefined {
  const { certificate, ipAddress, maxConnections, secretToken } = settings
  const badURL = problemOfURL(settings.url)
  if (badURL !== undefined) return badURL
  if (!isIPv4(ipAddress)) return 'the IP address is not an IPv4 address'
  if (!Number.isInteger(maxConnections) || maxConnections < 1 || maxConnections > 100) {
    return 'maxConnections must be a whole number from 1 to 100'
  }
  if (!/^[A-Za-z0-9_-]{1,256}$/.test(secretToken)) return 'the secret token must be 1 to 256 of A-Z a-z 0-9 _ -'
  if (certificate.includes('PRIVATE KEY')) return 'the certificate file holds a private key'
  if (certificate.length > largestCertificate || !isCertificate(certificate)) return 'the certificate is not PEM'
  return undefined
}

/** Throws TelegramError (InvalidSpec, `invalid_settings`) with the first thing that is wrong. */
export function checkSettings(settings: WebhookSettings): void {
  const problem = problemOf(settings)
  if (problem !== undefined) throw invalidSettings(problem)
}
