// What goes wrong in the simulated Hetzner itself (what happens to requests is the kit's): no capacity, actions that fail or
// drag on, lists that lag.

import type { Clock } from '../kit/clock.ts'
import type { Mood, WorldFault } from '../kit/fault.ts'
import { createFaultRegister } from '../kit/fault-register.ts'
import { createTally, type Tally } from '../kit/fault-tally.ts'
import type { ActionFault } from './actions.ts'

export type HcloudFault = Exclude<WorldFault, { kind: 'bootFailure' }> | Mood

export interface Pair {
  type: string
  location: string
}

export interface WorldFaults {
  /** Its time starts now. Returns its tally, and what takes it back. */
  add(fault: HcloudFault, random?: () => number): { tally: Tally; remove(): void }
  clear(): void
  list(): readonly HcloudFault[]
  /** Counts as one attempt. */
  refusesCreate(pair: Pair): boolean
  /** Sold out, and the catalogue says so. */
  isUnavailable(pair: Pair): boolean
  takeFault(command: string): ActionFault | undefined
  /** 0: lists tell the truth. */
  readonly listLagSeconds: number
  /** Guests do not react to the ACPI signal. */
  readonly guestsIgnoreShutdown: boolean
  /** Answers carry members that nobody knows yet. */
  readonly strangeAnswers: boolean
}

export interface WorldFaultsDeps {
  clock: Clock
  /** Told when lists begin or end to lag: what they show depends on what was there at that moment. */
  onLag(): void
}

type Counted = Exclude<WorldFault, { kind: 'bootFailure' }>
type Capacity = Extract<WorldFault, { kind: 'soldOut' }>

const isMood = (fault: HcloudFault): fault is Mood =>
  fault.kind === 'listLag' || fault.kind === 'ignoredShutdown' || fault.kind === 'strangeAnswers'

const covers = (one: Capacity, { type, location }: Pair): boolean =>
  (one.type === '*' || one.type === type) && (one.location === '*' || one.location === location)

export function createWorldFaults({ clock, onLag }: WorldFaultsDeps): WorldFaults {
  const register = createFaultRegister<Counted>({ clock })
  const moods = createMoods({ clock, onLag })

  return {
    add(fault, random) {
      if (isMood(fault)) return moods.add(fault)
      const { id, tally } = register.add(fault, random)
      return { tally, remove: () => void register.remove(id) }
    },
    clear() {
      register.clear()
      moods.clear()
    },
    list: () => [...register.list().map(({ fault }) => fault), ...moods.list()],
    refusesCreate: (pair) => register.take((fault) => fault.kind === 'soldOut' && covers(fault, pair)) !== undefined,
    isUnavailable: (pair) =>
      register.list().some(({ fault, tally }) => isHidden(fault) && covers(fault, pair) && tally.isOn()),
    takeFault(command) {
      const fault = register.take((one) => one.kind !== 'soldOut' && one.command === command)
      if (fault?.kind === 'slowAction') return { seconds: fault.seconds }
      return fault?.kind === 'actionFailure' ? { error: fault.error ?? failed } : undefined
    },
    get listLagSeconds() {
      return Math.max(0, ...moods.list().map((mood) => (mood.kind === 'listLag' ? mood.seconds : 0)))
    },
    get guestsIgnoreShutdown() {
      return moods.list().some(({ kind }) => kind === 'ignoredShutdown')
    },
    get strangeAnswers() {
      return moods.list().some(({ kind }) => kind === 'strangeAnswers')
    },
  }
}

const failed = { code: 'action_failed', message: 'Action failed' }

const isHidden = (fault: Counted): fault is Capacity => fault.kind === 'soldOut' && fault.listed === false

interface Moods {
  add(mood: Mood): { tally: Tally; remove(): void }
  clear(): void
  /** Those that are on. */
  list(): readonly Mood[]
}

/** They begin and end on the clock, not at the next look: lists must show from then on what was there at that moment. */
function createMoods({ clock, onLag }: WorldFaultsDeps): Moods {
  const on = new Set<Mood>()
  const ends = new Set<() => void>()

  const turn = (act: () => void) => {
    act()
    onLag()
  }

  function add(given: Mood): { tally: Tally; remove(): void } {
    const mood = { ...given }
    const { from = 0, until } = mood
    const begin = () => turn(() => on.add(mood))
    const end = () => turn(() => on.delete(mood))
    const timers = [
      ...(from > 0 ? [clock.schedule(from * 1_000, begin)] : []),
      ...(until === undefined ? [] : [clock.schedule(until * 1_000, remove)]),
    ]
    function remove(): void {
      for (const cancel of timers) cancel()
      ends.delete(remove)
      end()
    }
    ends.add(remove)
    if (from === 0) begin()
    return { tally: createTally(mood, { clock, random: () => 0 }), remove }
  }

  const clear = () => {
    for (const end of ends) end()
  }
  return { add, clear, list: () => [...on] }
}
