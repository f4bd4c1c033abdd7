// Botyard's own metrics: names begin with botyard_, labels hold no address, no URL and no name of a bot.

import { Counter, Gauge, type Registry } from 'prom-client'

export interface OwnMetrics {
  /** One call to Hetzner, as its caller sees it. `code` is the HTTP status, or `none` without an answer. */
  hcloudRequest(o: { operation: string; code: number | 'none' }): void
  /** What Hetzner's RateLimit-Remaining header said last, per account. */
  hcloudRemaining(o: { account: string; remaining: number }): void
  /** What became of one event that was recorded. */
  event(outcome: string): void
}

export function ownMetrics(registers: Registry[]): OwnMetrics {
  const requests = new Counter({
    name: 'botyard_hcloud_requests_total',
    help: 'Calls to the Hetzner Cloud API per operation and HTTP status',
    labelNames: ['operation', 'code'],
    registers,
  })
  const remaining = new Gauge({
    name: 'botyard_hcloud_ratelimit_remaining',
    help: 'Calls that the Hetzner Cloud API still allows, per account',
    labelNames: ['account'],
    registers,
  })
  const events = new Counter({
    name: 'botyard_events_total',
    help: 'Kubernetes events by what became of them: created, counted in an earlier one, or dropped',
    labelNames: ['outcome'],
    registers,
  })
  return {
    hcloudRequest: ({ operation, code }) => requests.inc({ operation, code: String(code) }),
    hcloudRemaining: (o) => remaining.set({ account: o.account }, o.remaining),
    event: (outcome) => events.inc({ outcome }),
  }
}
