// Child processes of the lab: started here, stopped by their own handle, and never left behind when this process ends.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { createGuard, type Guard } from '../control-plane/guard.ts'

export interface Child {
  readonly pid: number
  /** Settles with the exit code, or with the signal's name. */
  readonly exited: Promise<number | string>
  readonly running: boolean
  /** SIGTERM, and SIGKILL when it does not heed that within `grace` milliseconds. */
  stop(grace?: number): Promise<void>
  kill(): Promise<void>
}

// Ctrl-C in a terminal reaches the whole foreground group. These must outlive it, to be stopped in order.
const detached = true

const alive = new Set<ChildProcess>()
let guard: Guard | undefined

/** Neither an error nor kill -9 of this process leaves one behind. */
function tellGuard(): void {
  guard ??= createGuard()
  guard.watch([...alive].map(({ pid }) => pid).filter((pid) => pid !== undefined))
}

/** Runs a program of this repository with the Node that runs this one; `log` gets its output. */
export function startChild(o: { args: readonly string[]; log: string; env?: Readonly<Record<string, string>> }): Child {
  const log = openSync(o.log, 'a')
  const env = { ...process.env, ...o.env }
  const child = spawn(process.execPath, o.args, { stdio: ['ignore', log, log], detached, env })
  closeSync(log)
  return handleOf(child)
}

/** The same, for a program that prints one line when it is ready; resolves with that line. */
export async function startAnnounced(o: {
  args: readonly string[]
  log: string
}): Promise<{ child: Child; line: string }> {
  const log = openSync(o.log, 'a')
  const child = spawn(process.execPath, o.args, { stdio: ['ignore', 'pipe', log], detached })
  closeSync(log)
  const handle = handleOf(child)
  if (child.stdout === null) throw new Error('Cannot read what a child prints')
  const lines = createInterface({ input: child.stdout })
  const first = once(lines, 'line').then(([line]) => String(line))
  const ended = handle.exited.then((how) => {
    throw new Error(`Cannot start ${o.args.join(' ')}: it ended with ${how}; see ${o.log}`)
  })
  return { child: handle, line: await Promise.race([first, ended]) }
}

function handleOf(child: ChildProcess): Child {
  alive.add(child)
  tellGuard()
  const exited = new Promise<number | string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (code, signal) => resolve(signal ?? code ?? 1))
  }).finally(() => {
    alive.delete(child)
    tellGuard()
  })
  const isRunning = () => child.exitCode === null && child.signalCode === null
  return {
    pid: child.pid ?? -1,
    exited,
    get running() {
      return isRunning()
    },
    async stop(grace = 15_000) {
      if (isRunning()) child.kill('SIGTERM')
      const late = setTimeout(() => child.kill('SIGKILL'), grace)
      await exited
      clearTimeout(late)
    },
    async kill() {
      if (isRunning()) child.kill('SIGKILL')
      await exited
    },
  }
}
