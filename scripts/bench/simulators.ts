// How fast the simulated Hetzner answers in process, by processor time, and how long a simulated day takes.

import { createHcloudSimulator, type HcloudSimulator } from '../../simulators/hcloud/hcloud-simulator.ts'
import type { Clock } from '../../simulators/kit/clock.ts'
import { seededRandom } from '../../simulators/kit/random.ts'
import { fakeClock } from '../../test/support/fake-clock.ts'
import type { Figure } from './figure.ts'
import { perSecond } from './per-second.ts'

const serverCount = 20
const requestsPerSecond = 3_000
const daySeconds = 10
const hour = 3_600_000
const pollInterval = 10_000

const token = 'a'.repeat(64)
const idle = { start: () => {}, stop: () => {}, remove: () => {} }

export async function benchSimulators(): Promise<Figure[]> {
  const { call, clock } = createBench()
  for (let index = 0; index < serverCount; index++) await createServer(call, `server-${index}`)
  await clock.advance(60_000)

  const list = async () => {
    await call('GET', '/servers?per_page=50')
    return 1
  }
  let made = 0
  const mix = async () => {
    made += 1
    const { firewall } = await call('POST', '/firewalls', { name: `firewall-${made}`, rules: [rule] })
    await call('DELETE', `/firewalls/${firewall.id}`)
    return 2
  }
  return [
    aimed(`GET /servers with ${serverCount} servers`, await perSecond(list)),
    aimed('POST and DELETE /firewalls', await perSecond(mix)),
    { what: 'a simulated day', value: await simulateDay(), unit: 's', aim: daySeconds, better: 'less' },
  ]
}

const rule = { direction: 'in', protocol: 'tcp', port: '8443', source_ips: ['0.0.0.0/0', '::/0'] }

const aimed = (what: string, value: number): Figure => ({
  what,
  value,
  unit: 'requests/s of a core',
  aim: requestsPerSecond,
  better: 'more',
})

// biome-ignore lint/suspicious/noExplicitAny: answers are JSON that each benchmark reads as it expects it.
type Call = (method: string, path: string, body?: object) => Promise<any>

function createBench(): { call: Call; clock: ReturnType<typeof fakeClock>; simulator: HcloudSimulator } {
  const clock = fakeClock()
  const options = { requestsPerHour: 1e12 }
  const deps = { clock: clock as Clock, random: seededRandom(1), machines: idle, options }
  const simulator = createHcloudSimulator(deps)
  const headers = { authorization: `Bearer ${token}` }
  return {
    clock,
    simulator,
    async call(method, path, body) {
      const init = { method, headers, ...(body && { body: JSON.stringify(body) }) }
      const response = await simulator.fetch(new Request(`http://hetzner.test/v1${path}`, init))
      const text = await response.text()
      if (!response.ok) throw new Error(`Cannot measure ${method} ${path}: the answer is ${response.status} ${text}`)
      // A list is left as text: what its reader makes of it is not the simulator's time.
      return method === 'GET' || text === '' ? text : JSON.parse(text)
    },
  }
}

const createServer = (call: Call, name: string) =>
  call('POST', '/servers', { name, server_type: 'cx23', image: 'debian-13', location: 'nbg1' })

/** Servers that are looked at all day, and one more every hour that is made, waited for and deleted. */
async function simulateDay(): Promise<number> {
  const { call, clock } = createBench()
  for (let index = 0; index < serverCount; index++) await createServer(call, `server-${index}`)
  const start = performance.now()
  for (let passed = 0; passed < 24 * hour; passed += pollInterval) {
    if (passed % hour === 0) await replaceGuest(call)
    await call('GET', '/servers?per_page=50')
    await clock.advance(pollInterval)
  }
  return (performance.now() - start) / 1000
}

async function replaceGuest(call: Call): Promise<void> {
  const [old] = JSON.parse(await call('GET', '/servers?name=guest')).servers
  if (old === undefined) await createServer(call, 'guest')
  else await call('DELETE', `/servers/${old.id}`)
}
