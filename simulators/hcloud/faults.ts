// Faults of the simulated world itself (HTTP faults are the kit's): no capacity, actions that fail, lists that lag.

import type { ActionError, ActionFault } from './actions.ts'

/** A type or a location may be `*`. */
export interface Pair {
  type: string
  location: string
}

export interface SoldOut extends Pair {
  /** How many more creates are refused; without it, all until cleared. */
  times?: number
}

export interface FailingAction {
  /** For instance `create_server`, `start_server`. */
  command: string
  /** How many; 1 without it. */
  times?: number
  /** The error it ends with; without it (and with `seconds`) it is only slow. */
  error?: ActionError
  /** How long it runs instead: a large number makes an action that is stuck. */
  seconds?: number
}

export interface WorldFaults {
  soldOut(pair: SoldOut): void
  /** Also says so in the catalogue: `available` is false there. */
  unavailable(pair: Pair): void
  clearCapacity(): void
  /** Counts as one attempt. */
  refusesCreate(pair: Pair): boolean
  isUnavailable(pair: Pair): boolean
  failNextAction(failing: FailingAction): void
  takeFault(command: string): ActionFault | undefined
  listLagSeconds: number
  /** Guests do not react to the ACPI signal. */
  guestsIgnoreShutdown: boolean
  /** Answers carry members that nobody knows yet. */
  strangeAnswers: boolean
  clear(): void
  list(): object
}

const covers = (one: Pair, { type, location }: Pair): boolean =>
  (one.type === '*' || one.type === type) && (one.location === '*' || one.location === location)

export function createWorldFaults(): WorldFaults {
  let soldOut: SoldOut[] = []
  let unavailable: Pair[] = []
  let failing: FailingAction[] = []

  const clearCapacity = () => {
    soldOut = []
    unavailable = []
  }

  const faults: WorldFaults = {
    listLagSeconds: 0,
    guestsIgnoreShutdown: false,
    strangeAnswers: false,
    soldOut: (pair) => void soldOut.push({ ...pair }),
    unavailable: (pair) => void unavailable.push({ ...pair }),
    clearCapacity,
    isUnavailable: (pair) => unavailable.some((one) => covers(one, pair)),
    refusesCreate(pair) {
      if (faults.isUnavailable(pair)) return true
      const entry = soldOut.find((one) => covers(one, pair))
      if (entry?.times !== undefined) entry.times -= 1
      soldOut = soldOut.filter(({ times }) => times === undefined || times > 0)
      return entry !== undefined
    },
    failNextAction: (one) => void failing.push({ times: 1, ...one }),
    takeFault(command) {
      const entry = failing.find((one) => one.command === command)
      if (entry === undefined) return undefined
      entry.times = (entry.times ?? 1) - 1
      failing = failing.filter(({ times }) => times !== 0)
      return entry
    },
    clear() {
      clearCapacity()
      failing = []
      faults.listLagSeconds = 0
      faults.guestsIgnoreShutdown = false
      faults.strangeAnswers = false
    },
    list: () => ({
      soldOut,
      unavailable,
      failingActions: failing,
      listLagSeconds: faults.listLagSeconds,
      guestsIgnoreShutdown: faults.guestsIgnoreShutdown,
      strangeAnswers: faults.strangeAnswers,
    }),
  }
  return faults
}
