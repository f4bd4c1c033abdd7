// Simulated servers without sockets, which do not fit virtual time: they read their user data as the real simulator does,
// and whoever would connect asks here what would happen.

import { X509Certificate } from 'node:crypto'
import type { Clock } from '../../simulators/kit/clock.ts'
import type { BootFailure, MachineStart, Machines } from '../../simulators/kit/machines.ts'
import type { Webhook } from '../../simulators/telegram/bot.ts'
import type { PostUpdate } from '../../simulators/telegram/post-update.ts'
import { type Installation, install } from '../../simulators/vps/boot.ts'
import { admits } from '../../simulators/vps/firewall.ts'
import { readSettings, type ServerSettings } from '../../simulators/vps/settings.ts'
import type { Probe, ProbeResult } from '../../src/providers/probe/probe.ts'

interface Machine {
  start: MachineStart
  installation: Installation | undefined
  settings: ServerSettings | undefined
  cancelBoot: (() => void) | undefined
}

export interface VirtualMachines extends Machines {
  /** How the coming boots fail, one after another. */
  readonly bootFailures: BootFailure[]
  /** What the operator probes with. */
  readonly probe: Probe
  /** What the operator sees instead of the truth, while set. */
  probeShows: ProbeResult | undefined
  /** What Telegram delivers with. */
  readonly post: PostUpdate
  /** Updates that a bot has answered. */
  readonly answered: string[]
  /** How many servers answer at this moment. */
  serving(): number
  /** What is on the disk of the server with this address. */
  file(ipv4: string, path: string): string | undefined
}

const outside = '198.51.100.1'
const nothing: ProbeResult = { kind: 'refused', detail: 'The address does not accept connections (ECONNREFUSED)' }

export function createVirtualMachines(clock: Clock, bootSeconds: number): VirtualMachines {
  const machines = new Map<number, Machine>()

  function boot(machine: Machine, failure: BootFailure | undefined): void {
    machine.installation ??= install(machine.start.userData, failure)
    const { disk, cloudInit } = machine.installation
    if (failure === undefined && cloudInit.status !== 'error' && cloudInit.hasWorkload)
      machine.settings = readSettings(disk)
  }

  function powerOff(machine: Machine | undefined): void {
    machine?.cancelBoot?.()
    if (machine !== undefined) Object.assign(machine, { settings: undefined, cancelBoot: undefined })
  }

  const at = (ipv4: string) => [...machines.values()].find(({ start, cancelBoot }) => cancelBoot && start.ipv4 === ipv4)

  function listening(ipv4: string, port: number): ServerSettings | undefined {
    const machine = at(ipv4)
    if (machine === undefined || !admits(machine.start.rules(), { port, from: outside })) return undefined
    return machine.settings?.port === port ? machine.settings : undefined
  }

  const world: VirtualMachines = {
    bootFailures: [],
    probeShows: undefined,
    answered: [],
    start(start) {
      const machine = machines.get(start.id) ?? newMachine(start)
      if (machine.cancelBoot !== undefined) return
      machines.set(start.id, Object.assign(machine, { start }))
      const failure = world.bootFailures.shift()
      machine.cancelBoot = clock.schedule(bootSeconds * 1_000, () => boot(machine, failure))
    },
    stop: (id) => powerOff(machines.get(id)),
    remove(id) {
      powerOff(machines.get(id))
      machines.delete(id)
    },
    async probe({ address, port, path, ca }) {
      if (world.probeShows !== undefined) return world.probeShows
      const settings = listening(address, port)
      if (settings === undefined) return nothing
      if (!trusts(ca, settings)) return { kind: 'tls', detail: 'The certificate does not fit' }
      if (path !== settings.probePath) return { kind: 'http', detail: 'The server answered 404', status: 404 }
      return { kind: 'ok', status: 200 }
    },
    async post(webhook, body) {
      const settings = listening(webhook.ipAddress, webhook.port)
      const problem = problemOf(webhook, settings)
      if (problem !== undefined) return { kind: 'failed', message: problem, retryAfter: 0 }
      world.answered.push(body)
      return { kind: 'ok', contentType: 'application/json', body: '' }
    },
    serving: () => [...machines.values()].filter(({ settings }) => settings !== undefined).length,
    file: (ipv4, path) => at(ipv4)?.installation?.disk.get(path)?.content.toString(),
  }
  return world
}

const newMachine = (start: MachineStart): Machine => ({
  start,
  installation: undefined,
  settings: undefined,
  cancelBoot: undefined,
})

function problemOf(webhook: Webhook, settings: ServerSettings | undefined): string | undefined {
  if (settings === undefined) return 'Connection refused'
  const { trust = [], path, secretToken } = webhook
  if (!trust.some((ca) => trusts(ca, settings))) return 'SSL error {error:0A000086:certificate verify failed}'
  if (path !== settings.path) return 'Wrong response from the webhook: 404 Not Found'
  return secretToken === settings.secretToken ? undefined : 'Wrong response from the webhook: 401 Unauthorized'
}

function trusts(ca: string, { certificate }: ServerSettings): boolean {
  return new X509Certificate(certificate).verify(new X509Certificate(ca).publicKey)
}
