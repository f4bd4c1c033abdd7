// What Telegram accepts as a webhook: pure rules over what setWebhook was given. Reference: the Bot API server's source.

import { X509Certificate } from 'node:crypto'
import { BlockList, isIPv4, isIPv6 } from 'node:net'

export interface WebhookTarget {
  scheme: 'http' | 'https'
  host: string
  port: number
  path: string
  userinfo: string
}

/** Without a scheme, https is meant. `undefined` when it is no URL, or one of another scheme. */
export function parseWebhookURL(raw: string): WebhookTarget | undefined {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(raw)?.[1]?.toLowerCase() ?? 'https'
  if (scheme !== 'http' && scheme !== 'https') return undefined
  const text = raw.includes('://') ? raw : `https://${raw}`
  if (!URL.canParse(text)) return undefined
  const url = new URL(text)
  const userinfo = url.username === '' ? '' : `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
  return {
    scheme,
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? { http: 80, https: 443 }[scheme] : Number(url.port),
    path: url.pathname + url.search,
    userinfo,
  }
}

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

/** Everything a bot gets when it asks for nothing in particular. */
export const defaultUpdates = [
  'message edited_message channel_post edited_channel_post inline_query chosen_inline_result callback_query',
  'custom_event custom_query shipping_query pre_checkout_query poll poll_answer my_chat_member chat_join_request',
  'chat_boost removed_chat_boost business_connection business_message edited_business_message',
  'deleted_business_messages purchased_paid_media managed_bot guest_message',
].flatMap((line) => line.split(' '))

const onRequest = ['chat_member', 'message_reaction', 'message_reaction_count']
const knownUpdates = [...defaultUpdates, ...onRequest]

/**
 * `keep` when absent or not a JSON list of strings; `default` when no known name is in it or exactly the default ones;
 * else the known names, without the unknown ones.
 */
export function parseAllowedUpdates(text: string): 'keep' | 'default' | readonly string[] {
  const names = listOfStrings(text)?.map((name) => name.toLowerCase())
  if (names === undefined) return 'keep'
  const chosen = knownUpdates.filter((name) => names.includes(name))
  const isDefault = chosen.length === defaultUpdates.length && !chosen.some((name) => onRequest.includes(name))
  return chosen.length === 0 || isDefault ? 'default' : chosen
}

function listOfStrings(text: string): string[] | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : undefined
  } catch {
    return undefined
  }
}
