// A real control plane with the CRD and the operator's rights, filled with Projects, for as long as a part of the benchmark runs.

import path from 'node:path'
import { type Api, createApi, type KubeObject } from '../control-plane/api.ts'
import { operatorManifest } from '../control-plane/grant.ts'
import { type ControlPlane, startControlPlane } from '../control-plane/start.ts'
import { exampleProject } from '../lab/manifests.ts'

export const root = path.resolve(import.meta.dirname, '../..')

/** How many others there are; a machine with little time may ask for fewer, and the figures say so. */
export const projectCount = Number(process.env['BOTYARD_BENCH_PROJECTS'] ?? 10_000)

export interface Cluster {
  readonly controlPlane: ControlPlane
  readonly api: Api
}

export async function withCluster<T>(act: (cluster: Cluster) => Promise<T>): Promise<T> {
  const manifests = [path.join(root, 'crds/botyard.dev_projects.yaml'), operatorManifest]
  const controlPlane = await startControlPlane({ manifests })
  const api = await createApi(controlPlane.adminKubeconfig)
  try {
    return await act({ controlPlane, api })
  } finally {
    await api.close()
    await controlPlane.stop()
  }
}

const namespaces = 100
const atOnce = 16

/** Projects without Secrets, in 100 namespaces. */
export async function createProjects(api: Api, count: number): Promise<KubeObject[]> {
  const names = Array.from({ length: namespaces }, (_, index) => `team-${index}`)
  await forEach(names, (name) => api.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }))
  const projects = Array.from({ length: count }, (_, index) =>
    exampleProject({ namespace: `team-${index % namespaces}`, name: `bot-${index}`, hetznerToken: '', botToken: '' }),
  )
  await forEach(projects, (project) => api.create(project))
  return projects
}

/** Some at a time, in order. */
export async function forEach<T>(all: Iterable<T>, act: (each: T) => Promise<unknown>): Promise<void> {
  const rest = [...all].values()
  const work = async () => {
    for (const each of rest) await act(each)
  }
  await Promise.all(Array.from({ length: atOnce }, work))
}
