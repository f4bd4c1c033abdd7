// Runs a client as a process of its own, as its users do, and reads the facts that it prints.

import { spawn } from 'node:child_process'

export interface Client {
  program: string
  args: readonly string[]
  /** Beside PATH and HOME, all that the client gets to know. */
  env: Readonly<Record<string, string>>
  /** What it reads from its standard input. */
  input?: string
  /** In milliseconds; then it is killed. */
  patience?: number
}

export interface Ended {
  code: number | null
  stdout: string
  stderr: string
}

/** Resolves however it ends. */
export function runClient({ program, args, env, input, patience = 60_000 }: Client): Promise<Ended> {
  const { promise, resolve, reject } = Promise.withResolvers<Ended>()
  const { PATH = '', HOME = '' } = process.env
  const child = spawn(program, args, {
    env: { PATH, HOME, LC_ALL: 'C.UTF-8', NO_COLOR: '1', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: patience,
    killSignal: 'SIGKILL',
  })
  const output = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text
  })
  // Whoever ends early need not have read all.
  child.stdin.on('error', () => {}).end(input)
  child.once('error', reject)
  child.once('close', (code) => resolve({ code, ...output }))
  return promise
}

/** The JSON that a client of ours prints; throws with its last words when it fails. */
export async function factsOf(client: Client): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await runClient(client)
  if (code !== 0) throw new Error(`Cannot finish ${client.args.join(' ')}: code ${code}\n${stderr.slice(-4_000)}`)
  return JSON.parse(stdout) as Record<string, unknown>
}
