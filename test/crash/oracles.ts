// What must hold at every moment, judged by the world alone, right after a simulator has answered.

import type { Stage } from './stage.ts'
import { account, ourBot, type Story } from './story.ts'
import type { WorldEvent } from './world-event.ts'

export interface Oracles {
  /** One line each, the name of the oracle first; no line twice. */
  readonly violations: readonly string[]
  /** A simulator has answered. */
  event(event: WorldEvent): void
  /** The cluster has shown the Project with these finalizers. */
  finalizers(finalizers: readonly string[]): void
  /** The operator is about to say that the Project is Ready. */
  saysReady(): void
  /** From now on the Project is being deleted. */
  deleting(): void
}

export interface OraclesDeps {
  stage: Stage
  story: Story
  /** A call of an earlier process lands when the next one has looked: that a name is taken then is what names are for. */
  late?: boolean
}

type Held = NonNullable<ReturnType<typeof account>>

const finalizer = 'botyard.dev/cleanup'

export function createOracles({ stage, story, late = false }: OraclesDeps): Oracles {
  const violations = new Set<string>()
  const foreign = foreignOf(account(stage))
  /** Every address that was ever ours. */
  const ours = new Set<string>()
  const state = { guarded: false, deleting: false }

  const say = (oracle: string, what: string) => void violations.add(`${oracle}: ${what}`)

  function lookAt(held: Held): void {
    const servers = held.servers.filter(({ id }) => !foreign.ids.has(id))
    const addresses = held.primaryIPs.filter(({ id, type }) => type === 'ipv4' && !foreign.ids.has(id))
    for (const { ip } of addresses) ours.add(ip)
    if (servers.length > 1) say('never two', `servers ${servers.map(({ name }) => name).join(', ')}`)
    if (addresses.length > 1) say('never two', `addresses ${addresses.map(({ name }) => name).join(', ')}`)
    if (held.firewalls.length - foreign.firewalls > 1) say('never two', 'markers')
    if (foreignOf(held, foreign.ids).words !== foreign.words)
      say('nothing foreign', 'an object of somebody else changed')
  }

  function lookAtWrite(event: WorldEvent): void {
    const what = `${event.method} ${pathOf(event.target)}`
    if (event.code === 'uniqueness_error' && !late) say('look before create', `${what} was refused: the name is taken`)
    if (event.status >= 300) return
    if (!state.guarded) say('finalizer first', `${what} before the finalizer was on`)
    if (state.deleting && takesDown(event) && ours.has(hostOfWebhook(stage)))
      say('webhook first', `${what} while the webhook points there`)
  }

  return {
    get violations() {
      return [...violations]
    },
    event(event) {
      const held = account(stage)
      if (held !== undefined) lookAt(held)
      if (isWrite(event)) lookAtWrite(event)
    },
    finalizers(finalizers) {
      state.guarded = finalizers.includes(finalizer)
    },
    saysReady() {
      const held = account(stage)
      const running = held?.servers.find(({ id, status }) => !foreign.ids.has(id) && status === 'running')
      if (running === undefined) say('Ready is true', 'no server runs')
      else if (hostOfWebhook(stage) !== running.ipv4) say('Ready is true', 'the webhook does not point to the server')
      if (story.deletes && state.deleting) say('Ready is true', 'the Project is being deleted')
    },
    deleting() {
      state.deleting = true
    },
  }
}

const isWrite = ({ method, target }: WorldEvent): boolean =>
  target.startsWith('/v1/') ? method !== 'GET' : /\/(set|delete)Webhook$/.test(target)

const takesDown = ({ method, target }: WorldEvent): boolean =>
  method !== 'PUT' && /^\/v1\/(servers|primary_ips)\/\d+/.test(target)

const pathOf = (target: string): string => target.replaceAll(/\/\d+/g, '/:id').replace(/^\/bot[^/]*/, '')

const hostOfWebhook = (stage: Stage): string => {
  const url = ourBot(stage)?.webhook?.url
  return url === undefined ? '' : new URL(url).hostname
}

/** What was there before the operator was: its ids, and how it looks. */
function foreignOf(held: Held | undefined, known?: ReadonlySet<number>) {
  const all = [
    ...(held?.servers ?? []).map(({ id, name, labels, ipv4 }) => ({ id, name, labels, ipv4 })),
    ...(held?.primaryIPs ?? []).map(({ id, name, labels, assigneeID }) => ({ id, name, labels, assigneeID })),
    ...(held?.firewalls ?? []).map(({ id, name, labels, rules }) => ({ id, name, labels, rules })),
    ...(held?.sshKeys ?? []).map(({ id, name, labels }) => ({ id, name, labels })),
  ].filter(({ id }) => known === undefined || known.has(id))
  return { ids: new Set(all.map(({ id }) => id)), words: JSON.stringify(all), firewalls: held?.firewalls.length ?? 0 }
}
