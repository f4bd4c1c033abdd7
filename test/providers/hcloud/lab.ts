// The provider against a simulated Hetzner on a hand-turned clock, with every call on record.

import { expect, onTestFinished } from 'vitest'
import { createHcloudSimulator } from '../../../simulators/hcloud/hcloud-simulator.ts'
import type { HcloudOptions } from '../../../simulators/hcloud/options.ts'
import type { Fault } from '../../../simulators/kit/fault.ts'
import { createFaults } from '../../../simulators/kit/faults.ts'
import { seededRandom } from '../../../simulators/kit/random.ts'
import { minutes } from '../../../src/clock.ts'
import type { Account, ServerCreate, WriteOptions } from '../../../src/providers/hcloud/account.ts'
import type { AccountsDeps, Opened, OpenOptions } from '../../../src/providers/hcloud/accounts.ts'
import { createAccounts } from '../../../src/providers/hcloud/create-accounts.ts'
import type { Fetch } from '../../../src/providers/hcloud/exchange.ts'
import type { Identity } from '../../../src/providers/hcloud/identity.ts'
import { checkedExchanges } from '../../simulators/hcloud/checked-exchanges.ts'
import { fakeClock } from '../../support/fake-clock.ts'
import { usualIntervals } from '../../support/usual-intervals.ts'

export const tokenA = 'TokenA'.padEnd(64, 'a7')
export const tokenB = 'TokenB'.padEnd(64, 'b9')

export const identity: Identity = {
  clusterSelector: 'botyard.dev/cluster==lab',
  uidLabel: 'botyard.dev/uid',
  marker: {
    name: 'botyard-0123456789abc',
    labels: { 'botyard.dev/cluster': 'lab', 'botyard.dev/marker': 'true' },
    selector: 'botyard.dev/cluster==lab,botyard.dev/marker==true',
    applyTo: 'botyard.dev/cluster==lab,botyard.dev/firewall==shared',
    rules: [{ direction: 'in', protocol: 'tcp', port: '443', sourceIPs: ['0.0.0.0/0', '::/0'] }],
  },
}

export const labelsOf = (uid: string) => ({ 'botyard.dev/cluster': 'lab', 'botyard.dev/uid': uid })

export interface LabOptions {
  simulator?: Partial<HcloudOptions>
  accounts?: Partial<AccountsDeps>
}

export type Lab = ReturnType<typeof createLab>

export function createLab(options: LabOptions = {}) {
  const clock = fakeClock()
  const random = seededRandom(11)
  const machines = { start: () => undefined, stop: () => undefined, remove: () => undefined }
  const simulator = createHcloudSimulator({ clock, random, machines, options: options.simulator ?? {} })
  const faults = createFaults({ clock, basePath: '/v1' })
  const undescribed: string[] = []
  const handler = faults.wrap(checkedExchanges(simulator.fetch, undescribed))
  const calls: { line: string; token: string; query: string }[] = []
  const changes: string[] = []

  const fetch: Fetch = (url, init) => {
    const { pathname, search } = new URL(url)
    const token = init.headers['authorization']?.replace('Bearer ', '') ?? ''
    calls.push({ line: `${init.method} ${pathname.replace('/v1', '')}`, token, query: decodeURIComponent(search) })
    return orAborted(handler(new Request(url, init)), init.signal)
  }

  const accounts = createAccounts({
    endpoint: 'http://hetzner.test/v1',
    fetch,
    clock,
    random,
    identity,
    intervals: usualIntervals,
    budgetReserve: 0.2,
    redact: (text) => text,
    onChange: (uid) => changes.push(uid),
    ...options.accounts,
  })
  const control = new AbortController()
  onTestFinished(() => {
    accounts.stop()
    simulator.stop()
    expect(undescribed).toEqual([])
  })

  const signal = control.signal
  const write = (holder: string, lane: WriteOptions['lane'] = 'create'): WriteOptions => ({ holder, lane, signal })

  const open = (o: Partial<OpenOptions> = {}): Promise<Opened> =>
    accounts.open({ token: tokenA, holder: 'p1', recorded: {}, signal, ...o })

  async function opened(o: Partial<OpenOptions> = {}): Promise<Account> {
    const result = await open(o)
    if (result.kind !== 'opened') throw new Error(`Cannot open: ${result.kind}`)
    return result.account
  }

  return {
    ...{ clock, simulator, accounts, calls, changes, signal, write, open, opened },
    /** Switches a fault on; answers how to switch it off. */
    fault(fault: Fault) {
      const id = faults.add(fault)
      return () => faults.remove(id)
    },
    /** The calls that this brings about, as lines. */
    async callsOf(work: () => unknown): Promise<string[]> {
      const before = calls.length
      await work()
      return calls.slice(before).map(({ line }) => line)
    },
    start: () => accounts.start(signal),
    /** An account with its marker. */
    async withMarker(o: Partial<OpenOptions> = {}) {
      const account = await opened(o)
      const markerID = await account.ensureMarker({ holder: o.holder ?? 'p1', signal })
      return { account, markerID }
    },
    /** A server that runs, and nothing of its making left to follow. */
    async runningServer(account: Account, uid = 'p1', body: Partial<ServerCreate> = {}) {
      const { server, actionIDs } = await account.servers.create(serverBody(uid, body), write(uid))
      await clock.advance(minutes(1))
      return { id: server.id, actionIDs }
    },
  }
}

export const serverBody = (uid: string, body: Partial<ServerCreate> = {}): ServerCreate => ({
  ...{ name: `bot-${uid}`, type: 'cx23', image: 'debian-13', location: 'nbg1', ipv6: false },
  ...{ sshKeys: [], firewallIDs: [], userData: '#cloud-config', labels: labelsOf(uid), ...body },
})

function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    work.then(resolve, reject)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}
