// Runs the Go compiler on a module of this repository: the same way for whatever is built here.

import { spawn } from 'node:child_process'

export interface GoBuild {
  /** The folder of the module. */
  module: string
  /** File or, with a slash at its end, folder. */
  output: string
  /** What is built, for messages: "the control plane". */
  what: string
  packages?: readonly string[]
  flags?: readonly string[]
}

/** Neither the state of our own repository nor the user's Go settings have a say in what is built. */
const buildFlags = ['build', '-trimpath', '-buildvcs=false', '-mod=readonly']

/** Needs `go` (1.26 or later) and the Go module proxy. What the compiler says goes to standard error. */
export function buildGo({ module, output, what, packages = ['.'], flags = [] }: GoBuild): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const child = spawn('go', [...buildFlags, ...flags, '-o', output, ...packages], {
    cwd: module,
    // No C compiler needed, and binaries that run on any libc.
    env: { ...process.env, CGO_ENABLED: '0', GOWORK: 'off' },
    // Its output is progress; standard output belongs to the script that waits.
    stdio: ['ignore', 2, 2],
  })
  child.on('error', (cause) => {
    reject(new Error(`Cannot build ${what}: go does not start; install Go 1.26 or later`, { cause }))
  })
  child.on('exit', (code, signal) => {
    if (code === 0) return resolve()
    reject(new Error(`Cannot build ${what}: go build ended with ${signal ?? `code ${code}`}`))
  })
  return promise
}
