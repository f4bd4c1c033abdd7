// A webhook's URL as Telegram reads it, which is not how a browser would: nothing is made canonical but the host's case.

import { isIPv6 } from 'node:net'
import { domainToASCII } from 'node:url'

export interface WebhookTarget {
  scheme: 'http' | 'https'
  /** In lower case and ASCII; an IPv6 address without its brackets. */
  host: string
  port: number
  /** Path, query and fragment, as written; spaces and control characters are percent-encoded. */
  path: string
  userinfo: string
}

const shape = /^(?:([^:/?#@[\]]*):\/\/)?([^/?#]*)(.*)$/s
const authority = /^(?:(.*)@)?(\[.*\]|.*?)(?::([^:\]@]*))?$/s
const hostCharacters = /^(?:[\w.!$,~*'();&+=-]|%[0-9a-f]{2}|[^\0-\x7f])+$/i
const userinfoCharacters = /^(?:[\w.!$,~*'();&+=:-]|%[0-9a-f]{2}|[^\0-\x7f])*$/i

/** Without a scheme, https is meant. `undefined` when it is no URL, or one of another scheme. */
export function parseWebhookURL(raw: string): WebhookTarget | undefined {
  const [, givenScheme, place = '', rest = ''] = shape.exec(raw) ?? []
  const scheme = givenScheme?.toLowerCase() ?? 'https'
  if (scheme !== 'http' && scheme !== 'https') return undefined
  const [, userinfo = '', host = '', givenPort] = authority.exec(place) ?? []
  const port = givenPort === undefined ? { http: 80, https: 443 }[scheme] : portOf(givenPort)
  if (port === undefined || !userinfoCharacters.test(userinfo)) return undefined
  const name = nameOf(host)
  return name === undefined ? undefined : { scheme, host: name, port, path: pathOf(rest), userinfo }
}

function portOf(text: string): number | undefined {
  const port = /^\d+$/.test(text) ? Number(text) : 0
  return port > 0 && port <= 65_535 ? port : undefined
}

function nameOf(host: string): string | undefined {
  if (host.startsWith('[')) {
    const address = host.slice(1, -1)
    return host.endsWith(']') && /^[\da-f:.]+$/i.test(address) && isIPv6(address) ? address.toLowerCase() : undefined
  }
  if (host === '.' || !hostCharacters.test(host)) return undefined
  return domainToASCII(host) || host.toLowerCase()
}

function pathOf(rest: string): string {
  const path = rest.trimEnd()
  const escaped = path.replaceAll(/[\0- ]/g, (one) => encodeURIComponent(one))
  return escaped.startsWith('/') ? escaped : `/${escaped}`
}
