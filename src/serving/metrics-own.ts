// Botyard's own metrics: names begin with botyard_, labels hold no address, no URL and no name of a bot or Project: however many
// there are, the series stay the same few.

import { Counter, Gauge, type Registry } from 'prom-client'
import type { Duration } from '../clock.ts'
import type { Phase } from '../controller/cache/reflector.ts'
import type { EventOutcome } from '../controller/events/event-recorder.ts'
import { version } from './version.ts'

export interface OwnMetrics {
  /** One call to Hetzner, as its caller sees it. `code` is the HTTP status, or `none` without an answer. */
  hcloudRequest(o: { operation: string; code: number | 'none' }): void
  /** What Hetzner's RateLimit-Remaining header said last, per account. */
  hcloudRemaining(o: { account: string; remaining: number }): void
  /** What became of one event that was recorded. */
  event(outcome: EventOutcome): void
  /** The watch on Projects broke, or what follows a change failed; both go on by themselves. */
  watchBroke(phase: Phase): void
  /** Milliseconds since the last sign of life of the watch on Projects; asked when scraped. */
  watchIdle(read: () => Duration): void
  /** How many Projects are in which condition; asked when scraped. */
  projects(tally: () => Iterable<ProjectCount>): void
}

export interface ProjectCount {
  readonly condition: string
  readonly status: string
  readonly count: number
}

/** A rate needs the series from the start. */
const outcomes: Record<EventOutcome, 0> = {
  ...{ created: 0, counted: 0, refused: 0, failed: 0, over_budget: 0, queue_full: 0, stopped: 0 },
}
const phases: Record<Phase, 0> = { list: 0, watch: 0, handler: 0 }

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
  const breaks = new Counter({
    name: 'botyard_watch_breaks_total',
    help: 'Breaks of the watch on Projects, by what was going on: a list, a watch, or the handling of a change',
    labelNames: ['phase'],
    registers,
  })
  for (const outcome of Object.keys(outcomes)) events.inc({ outcome }, 0)
  for (const phase of Object.keys(phases)) breaks.inc({ phase }, 0)
  gaugeBuild(registers)
  return {
    hcloudRequest: ({ operation, code }) => requests.inc({ operation, code: String(code) }),
    hcloudRemaining: (o) => remaining.set({ account: o.account }, o.remaining),
    event: (outcome) => events.inc({ outcome }),
    watchBroke: (phase) => breaks.inc({ phase }),
    watchIdle: gaugeIdleness(registers),
    projects: gaugeProjects(registers),
  }
}

function gaugeBuild(registers: Registry[]): void {
  new Gauge({
    name: 'botyard_build_info',
    help: 'Always 1; the label says which version runs',
    labelNames: ['version'],
    registers,
  }).set({ version }, 1)
}

function gaugeIdleness(registers: Registry[]): OwnMetrics['watchIdle'] {
  let idle: () => Duration = () => 0
  new Gauge({
    name: 'botyard_watch_idle_seconds',
    help: 'How long ago the watch on Projects has shown its last sign of life',
    registers,
    collect() {
      this.set(idle() / 1_000)
    },
  })
  return (read) => {
    idle = read
  }
}

function gaugeProjects(registers: Registry[]): OwnMetrics['projects'] {
  let tally: () => Iterable<ProjectCount> = () => []
  new Gauge({
    name: 'botyard_projects',
    help: 'Projects by condition and its status; those of one condition add up to all Projects',
    labelNames: ['condition', 'status'],
    registers,
    collect() {
      for (const { condition, status, count } of tally()) this.set({ condition, status }, count)
    },
  })
  return (counted) => {
    tally = counted
  }
}
