// Runs random lists of steps against the simulated Hetzner and a small model of it. After each step the world must look
// as the model says. A list that fails is shrunk, and printed with the seed that brings it back.

import fc from 'fast-check'
import { type Answered, createLab, type Lab } from './support.ts'

export interface Step<M> {
  /** Shown when the list fails. */
  text: string
  run(model: M, lab: Lab): Promise<void>
}

export interface ModelCheck<M extends object> {
  steps: readonly fc.Arbitrary<Step<M>>[]
  start(lab: Lab): Promise<M> | M
  /** What must hold after each step. */
  compare(model: M, lab: Lab): Promise<void>
  runs?: number
  longest?: number
}

export async function holdsAgainst<M extends object>(check: ModelCheck<M>): Promise<void> {
  const command = ({ text, run }: Step<M>): fc.AsyncCommand<M, Lab> => ({
    check: () => true,
    async run(model, lab) {
      await run(model, lab)
      await check.compare(model, lab)
    },
    toString: () => text,
  })
  const lists = fc.commands(
    check.steps.map((step) => step.map(command)),
    { maxCommands: check.longest ?? 25, size: 'max' },
  )
  const setup = async () => {
    const real = createLab()
    return { model: await check.start(real), real }
  }
  await fc.assert(
    fc.asyncProperty(lists, (steps) => fc.asyncModelRun(setup, steps)),
    { numRuns: check.runs ?? 40 },
  )
}

/** How an answer ended, in one word: the status of a success, the code of an error. */
export const outcome = ({ status, body }: Answered): number | string => (status < 300 ? status : body.error.code)

/** Long enough for everything that was begun to end. */
export const restSeconds = 120

export const rest = (lab: Lab): Promise<void> => lab.clock.advance(restSeconds * 1000)

/** One of what is there, by a number that a step has drawn. */
export const pickOf = <T>(all: Iterable<T>, pick: number): T | undefined => {
  const items = [...all]
  return items[pick % Math.max(items.length, 1)]
}
