// Where a Project's webhook points: the one place that turns address, port and path into the URL.

import type { ProjectSpec } from '../api/project.ts'

export interface WebhookTarget {
  port: number
  path: string
  url: string
}

const httpsPort = 443

/** Without a bot there is no webhook, but the same HTTPS server is probed: on the port that a webhook would use by default. */
const withoutBot = { port: httpsPort, path: '/webhook' }

export function webhookTarget(ipv4: string, telegram: ProjectSpec['telegram']): WebhookTarget {
  const { port, path } = telegram?.webhook ?? withoutBot
  const authority = port === httpsPort ? ipv4 : `${ipv4}:${port}`
  return { port, path, url: `https://${authority}${path}` }
}

/** A webhook is ours when it points at an address that is ours: no other mark survives at Telegram. */
export function pointsAt(url: string, addresses: readonly string[]): boolean {
  return URL.canParse(url) && addresses.includes(new URL(url).hostname)
}
