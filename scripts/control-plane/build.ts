// Builds the pinned servers from their Go modules. Takes minutes, so it says that it is still at work.

import { spawn } from 'node:child_process'
import { allPrograms, kubernetesVersion } from './versions.ts'

const versionPackage = 'k8s.io/component-base/version'

/** Neither the state of our own repository nor the user's Go settings have a say in what is built. */
const buildFlags = ['build', '-trimpath', '-buildvcs=false', '-mod=readonly']

export interface BuildOptions {
  say(line: string): void
}

/** Compiles every program into a folder. Needs `go` (1.26 or later) and the Go module proxy. */
export async function buildFromModule(into: string, { say }: BuildOptions): Promise<void> {
  const [, major, minor] = /^v(\d+)\.(\d+)\./.exec(kubernetesVersion) ?? []
  // Go leaves the version empty unless the linker is told; without it /version would say v0.0.0-master.
  const linker = ['-s', '-w', ...setVariables({ gitVersion: kubernetesVersion, gitMajor: major, gitMinor: minor })]
  const started = performance.now()
  say('building etcd and Kubernetes from their Go modules; this takes some minutes, once')
  const progress = setInterval(() => say(`still building, ${elapsed(started)}`), 30_000)
  try {
    await runGo([...buildFlags, '-ldflags', linker.join(' '), '-o', `${into}/`, ...packages()])
  } finally {
    clearInterval(progress)
  }
  say(`built in ${elapsed(started)}`)
}

function packages(): string[] {
  return allPrograms.map((name) => (name === 'etcd' ? './etcd' : `k8s.io/kubernetes/cmd/${name}`))
}

function setVariables(values: Record<string, string | undefined>): string[] {
  return Object.entries(values).map(([name, value]) => `-X ${versionPackage}.${name}=${value}`)
}

function elapsed(started: number): string {
  return `${Math.round((performance.now() - started) / 1000)} s`
}

function runGo(args: readonly string[]): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const child = spawn('go', args, {
    cwd: import.meta.dirname,
    // No C compiler needed, and binaries that run on any libc.
    env: { ...process.env, CGO_ENABLED: '0', GOWORK: 'off' },
    // Its output is progress; standard output belongs to the script that waits.
    stdio: ['ignore', 2, 2],
  })
  child.on('error', (cause) => {
    reject(new Error('Cannot build the control plane: go does not start; install Go 1.26 or later', { cause }))
  })
  child.on('exit', (code, signal) => {
    if (code === 0) return resolve()
    reject(new Error(`Cannot build the control plane: go build ended with ${signal ?? `code ${code}`}`))
  })
  return promise
}
