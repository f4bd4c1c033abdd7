// Asks programs of the machine, and says of one that is not there what it is.

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const execute = promisify(execFile)

/** Standard output; a program that fails throws with what it said at last. */
export async function run(program: string, args: readonly string[], cwd?: string): Promise<string> {
  try {
    const { stdout } = await execute(program, [...args], { cwd, maxBuffer: 32 * 1024 * 1024 })
    return stdout.trim()
  } catch (cause) {
    const { stderr = '' } = cause as { stderr?: string }
    throw new Error(`Cannot run ${program} ${args.slice(0, 4).join(' ')}: ${stderr.trim().slice(-2_000)}`, { cause })
  }
}

/** Standard output, or undefined when the program is not there or fails. */
export async function ask(program: string, args: readonly string[]): Promise<string | undefined> {
  return run(program, args).catch(() => undefined)
}
