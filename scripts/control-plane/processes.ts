// Runs servers and stops exactly these, also when this process ends without a word (a signal, kill -9).

import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { createGuard } from './guard.ts'

export interface ServerCommand {
  name: string
  file: string
  args: readonly string[]
  cwd: string
  /** Where output goes; a start that fails quotes its end. */
  logFile: string
}

export interface Server {
  name: string
  pid: number
  /** Settles when the process is gone; says how it ended. */
  exited: Promise<string>
  /** True while the process runs. */
  running(): boolean
  logTail(): Promise<string>
  stop(): Promise<void>
}

export interface Processes {
  start(command: ServerCommand): Promise<Server>
  /** Ends every server that was started here. */
  stop(): Promise<void>
}

/** `directory` is removed by the guard when the parent dies without stopping. */
export function createProcesses(directory: string): Processes {
  const servers = new Set<Server>()
  const guard = createGuard(directory)
  const tellGuard = () => guard.watch([...servers].map(({ pid }) => pid))

  return {
    async start(command) {
      const server = await startServer(command)
      servers.add(server)
      tellGuard()
      void server.exited.then(() => {
        // A process id that is free again may be somebody else's next.
        servers.delete(server)
        tellGuard()
      })
      return server
    },
    async stop() {
      await Promise.all([...servers].map((server) => server.stop()))
      await guard.end()
    },
  }
}

/**
 * The servers of a real cluster have processors of their own; here they share a few with what is tested. Collecting
 * garbage a third as often, they take a fifth less time for the same work, and some 100 MiB more memory.
 */
const roomy = { GOGC: '400' }

async function startServer({ name, file, args, cwd, logFile }: ServerCommand): Promise<Server> {
  // A file and not a pipe: a server must be able to write when its parent is gone.
  const log = openSync(logFile, 'a')
  const env = { ...process.env, ...roomy }
  const child = spawn(file, args, { cwd, env, detached: true, stdio: ['ignore', log, log] })
  const exited = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (code, signal) => resolve(signal ?? `code ${code}`))
  })
  closeSync(log)
  const { pid } = child
  if (pid === undefined) throw new Error(`Cannot start ${name}: ${await exited}`)
  // A script that is at its end ends, and the guard then ends the servers.
  child.unref()
  return {
    name,
    pid,
    exited,
    running: () => isRunning(child),
    logTail: () => tail(logFile),
    async stop() {
      child.ref()
      // Nothing in here outlives the run, so there is nothing to save by asking politely; the API server would wait for
      // its watches to end.
      if (isRunning(child)) child.kill('SIGKILL')
      await exited
    },
  }
}

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null
}

async function tail(file: string): Promise<string> {
  const bytes = 2_000
  await using handle = await open(file)
  const { size } = await handle.stat()
  const start = Math.max(0, size - bytes)
  const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(bytes), position: start })
  return buffer.subarray(0, bytesRead).toString('utf8')
}
