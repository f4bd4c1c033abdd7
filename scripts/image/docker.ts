// The Docker command line, and why it cannot be used where it cannot.

import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

export interface DockerOptions {
  /** Told every line that the command prints. */
  onLine?(line: string): void
}

/** Runs `docker ARGS` and answers its standard output; an error carries the end of what it had to say. */
export function docker(args: readonly string[], { onLine = () => {} }: DockerOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('docker', args, { stdio: ['ignore', 'pipe', 'pipe'] })
    const output: string[] = []
    const said: string[] = []
    const hear = (line: string) => {
      said.push(line)
      onLine(line)
    }
    createInterface({ input: child.stdout }).on('line', (line) => {
      output.push(line)
      hear(line)
    })
    createInterface({ input: child.stderr }).on('line', hear)
    child.once('error', (cause) => reject(new Error(`Cannot run docker: ${cause.message}`, { cause })))
    child.once('close', (code) => {
      if (code === 0) resolve(output.join('\n').trim())
      else reject(new Error(`Cannot do docker ${args[0]}: exit code ${code}\n${said.slice(-15).join('\n')}`))
    })
  })
}

/** Undefined where Docker works; else why not, in one line. */
export async function dockerTrouble(): Promise<string | undefined> {
  try {
    await docker(['version', '--format', '{{.Server.Version}}'])
    return undefined
  } catch (error) {
    return (error as Error).message.split('\n').at(-1)
  }
}
