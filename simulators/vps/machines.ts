// The simulated servers: each has its own loopback address, a disk that outlives the power, and really serves HTTPS.

import type { Clock } from '../kit/clock.ts'
import type { WorldFault } from '../kit/fault.ts'
import { createFaultRegister } from '../kit/fault-register.ts'
import type { Tally } from '../kit/fault-tally.ts'
import type { BootFailure, MachineStart, Machines } from '../kit/machines.ts'
import { nameMatcher } from '../kit/route-pattern.ts'
import { type Installation, install } from './boot.ts'
import { echoBot, updatesSeen } from './echo-bot.ts'
import { type Listening, listen } from './listen.ts'
import { readSettings } from './settings.ts'

export interface MachinesDeps {
  clock: Clock
  options?: {
    /** From power to the first answer; 15 by default. */
    bootSeconds?: number
  }
}

export type BootFault = Extract<WorldFault, { kind: 'bootFailure' }>

export interface MachineState {
  id: number
  name: string
  ipv4: string
  phase: 'off' | 'booting' | 'serving' | 'notServing'
  /** Why nothing listens; never a file's content. */
  problem: string | undefined
  port: number | undefined
  userDataHash: string | undefined
  cloudInit: Installation['cloudInit'] | undefined
  /** Names only: the files hold secrets. */
  files: readonly string[]
  /** How many updates the bot has answered since its disk was made. */
  updates: number
}

export interface SimulatedMachines extends Machines {
  /** Its time starts now. Returns its tally, and what takes it back. */
  addFault(fault: BootFault, random?: () => number): { tally: Tally; remove(): void }
  state(): { machines: readonly MachineState[]; faults: readonly BootFault[] }
  /** Everything off, at once. */
  close(): void
}

interface Machine {
  start: MachineStart
  phase: MachineState['phase']
  problem: string | undefined
  port: number | undefined
  installation: Installation | undefined
  listening: Listening | undefined
  cancelBoot: () => void
  /** Counts power cycles, so that a boot that was overtaken by a power-off does not go on to serve. */
  powerCycle: number
}

export function createMachines({ clock, options = {} }: MachinesDeps): SimulatedMachines {
  const machines = new Map<number, Machine>()
  const faults = createFaultRegister<BootFault>({ clock })

  const takeFailure = (name: string): BootFailure | undefined =>
    faults.take(({ server = '*' }) => nameMatcher(server)(name))?.failure

  async function boot(machine: Machine): Promise<void> {
    const cycle = machine.powerCycle
    const failure = takeFailure(machine.start.name)
    machine.installation ??= install(machine.start.userData, failure)
    try {
      if (failure === 'neverServes') throw new Error('the server program does not start')
      const listening = await serve(machine, { clock, installation: machine.installation })
      if (machine.powerCycle !== cycle) return listening.close()
      Object.assign(machine, { listening, phase: 'serving' })
    } catch (error) {
      if (machine.powerCycle !== cycle) return
      Object.assign(machine, { phase: 'notServing', problem: wordsOf(error) })
    }
  }

  function powerOff(machine: Machine): void {
    machine.powerCycle += 1
    machine.cancelBoot()
    machine.listening?.close()
    Object.assign(machine, { phase: 'off', problem: undefined, port: undefined, listening: undefined })
  }

  return {
    start(start) {
      const machine = machines.get(start.id) ?? newMachine(start)
      if (machine.phase !== 'off') return
      machines.set(start.id, machine)
      Object.assign(machine, { start, phase: 'booting' })
      machine.cancelBoot = clock.schedule((options.bootSeconds ?? 15) * 1_000, () => void boot(machine))
    },
    stop(id) {
      const machine = machines.get(id)
      if (machine !== undefined) powerOff(machine)
    },
    remove(id) {
      const machine = machines.get(id)
      if (machine !== undefined) powerOff(machine)
      machines.delete(id)
    },
    addFault(fault, random) {
      const { id, tally } = faults.add(fault, random)
      return { tally, remove: () => void faults.remove(id) }
    },
    state: () => ({ machines: [...machines.values()].map(stateOf), faults: faults.list().map(({ fault }) => fault) }),
    close() {
      for (const machine of machines.values()) powerOff(machine)
    },
  }
}

const newMachine = (start: MachineStart): Machine => ({
  start,
  phase: 'off',
  problem: undefined,
  port: undefined,
  installation: undefined,
  listening: undefined,
  cancelBoot: () => {},
  powerCycle: 0,
})

async function serve(machine: Machine, o: { clock: Clock; installation: Installation }): Promise<Listening> {
  const { disk, cloudInit } = o.installation
  if (cloudInit.status === 'error') throw new Error(cloudInit.messages.join('; '))
  if (!cloudInit.hasWorkload) throw new Error('no part of the user data brings a server')
  const settings = readSettings(disk)
  machine.port = settings.port
  const { certificate, key, port } = settings
  const { ipv4: host, rules } = machine.start
  return listen({ clock: o.clock, host, port, certificate, key, rules, onRequest: echoBot(settings, disk) })
}

/** OpenSSL's and the system's codes say what is wrong and hold no content. */
function wordsOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  return code === undefined ? message : `${message.split('\n')[0]} (${code})`
}

function stateOf({ start, phase, problem, port, installation }: Machine): MachineState {
  return {
    ...{ id: start.id, name: start.name, ipv4: start.ipv4, phase, problem, port },
    userDataHash: installation?.userDataHash,
    cloudInit: installation?.cloudInit,
    files: [...(installation?.disk.keys() ?? [])],
    updates: installation === undefined ? 0 : updatesSeen(installation.disk),
  }
}
