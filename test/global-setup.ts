// One control plane for all test files of a run that need Kubernetes. Vitest runs this only when such a file is selected.

import { readdir } from 'node:fs/promises'
import path from 'node:path'
import type { TestProject } from 'vitest/node'
import { operatorManifest } from '../scripts/control-plane/grant.ts'
import { type ControlPlaneHandle, startControlPlane } from '../scripts/control-plane/start.ts'

declare module 'vitest' {
  interface ProvidedContext {
    controlPlane: ControlPlaneHandle
  }
}

const root = path.dirname(import.meta.dirname)

export async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const controlPlane = await startControlPlane({
    manifests: [...(await customResourceDefinitions()), operatorManifest],
  })
  const { url, directory, adminKubeconfig, version } = controlPlane
  provide('controlPlane', { url, directory, adminKubeconfig, version })
  return controlPlane.stop
}

async function customResourceDefinitions(): Promise<string[]> {
  const directory = path.join(root, 'crds')
  const names = await readdir(directory).catch(() => [])
  return names.filter((name) => name.endsWith('.yaml')).map((name) => path.join(directory, name))
}
