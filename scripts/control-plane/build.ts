// Builds the pinned servers from their Go modules. Takes minutes, so it says that it is still at work.

import { buildGo } from '../go.ts'
import { allPrograms, kubernetesVersion } from './versions.ts'

const versionPackage = 'k8s.io/component-base/version'

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
    await buildGo({
      ...{ module: import.meta.dirname, output: `${into}/`, what: 'the control plane' },
      ...{ packages: packages(), flags: ['-ldflags', linker.join(' ')] },
    })
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
