// What every act of the demo is given: the screen, the lab, the way out, and a list of what was not as it must be.

import { setTimeout as delay } from 'node:timers/promises'
import type { Api, ObjectRef } from '../control-plane/api.ts'
import { type Lab, type LabOptions, startLab as start } from '../lab/lab.ts'
import { figureLine, inSeconds, megabytes } from './gutter.ts'
import type { Screen } from './screen.ts'

export interface Stage {
  readonly screen: Screen
  readonly signal: AbortSignal
  /** What was not as it must be, one line each. */
  readonly faults: string[]
}

/** Of the bundled operator after Ready, in MB. */
export const memoryBound = 120

export function heading({ screen }: Stage, text: string): void {
  screen.line()
  screen.line(screen.paint('bold', text))
}

/** Starts the lab and shows each part as it comes up. */
export async function openLab({ screen, signal }: Stage, options: LabOptions): Promise<Lab> {
  let part: { name: string; since: number } | undefined
  const show = () => {
    if (part !== undefined) screen.line(figureLine(inSeconds(performance.now() - part.since), part.name))
  }
  const onProgress = (name: string) => {
    screen.clear()
    show()
    part = { name, since: performance.now() }
    screen.draw([figureLine('', screen.paint('dim', `${name} …`))])
  }
  try {
    const lab = await start({ ...options, signal, onProgress })
    screen.clear()
    show()
    return lab
  } finally {
    screen.clear()
  }
}

/** Runs what needs the lab, and stops the lab however that ends. Logs stay when they may be of use. */
export async function withLab(stage: Stage, lab: Lab, act: (stage: Stage) => Promise<void>): Promise<void> {
  const over = new AbortController()
  const signal = AbortSignal.any([stage.signal, over.signal])
  for (const [name, part] of [['operator', lab.operator] as const, ['simulators', lab.simulators] as const])
    part.exited.then((how) => over.abort(new Error(`The ${name} ended on its own with ${how}`))).catch(() => {})
  let keepLogs = true
  try {
    await act({ ...stage, signal })
    keepLogs = stage.faults.length > 0
  } finally {
    stage.screen.keep()
    keepLogs = keepLogs && !stage.signal.aborted
    await lab.stop({ keepLogs })
    if (keepLogs) stage.screen.line(`\nLogs of operator and simulators are in ${lab.directory}.`)
  }
}

/** Deletes namespaces and waits until they are gone; answers how many are not. */
export async function deleteNamespaces(stage: Stage, api: Api, names: readonly string[]): Promise<number> {
  const refs = names.map((name): ObjectRef => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }))
  for (const ref of refs) await api.delete(ref)
  const end = performance.now() + 60_000
  for (;;) {
    const left = (await Promise.all(refs.map((ref) => api.find(ref)))).filter((one) => one !== undefined)
    if (left.length === 0 || performance.now() > end) return left.length
    await delay(100, undefined, { signal: stage.signal })
  }
}

/** Tells the operator's resident memory, and whether the bound holds. */
export async function showMemory({ screen, faults }: Stage, lab: Lab): Promise<void> {
  const memory = Math.round(megabytes(await lab.operator.memory()))
  screen.line(figureLine(`${memory} MB`, `resident memory of the operator, at most ${memoryBound} MB`))
  if (memory > memoryBound) faults.push(`The operator holds ${memory} MB of memory, more than ${memoryBound} MB`)
}
