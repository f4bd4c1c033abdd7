// The whole lab: a real control plane, the simulated world, and the operator with the rights that it will have in a cluster.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Api, createApi } from '../control-plane/api.ts'
import { operatorAccount, operatorManifest } from '../control-plane/grant.ts'
import { type ControlPlane, startControlPlane } from '../control-plane/start.ts'
import { type Operator, startOperator } from './operator.ts'
import { type Simulators, startSimulators } from './simulators.ts'

export interface Lab {
  readonly controlPlane: ControlPlane
  /** May do everything. */
  readonly api: Api
  readonly simulators: Simulators
  readonly operator: Operator
  /** Folder with the logs of simulators and operator. */
  readonly directory: string
  /** Stops what was started and removes the folder, unless its logs shall be kept to be read. */
  stop(o?: { keepLogs?: boolean }): Promise<void>
}

export interface LabOptions {
  simulatorArgs?: readonly string[]
  operatorArgs?: readonly string[]
  /** Told what is being started. */
  onProgress?: (what: string) => void
  /** Ends the start early: what was started by then is stopped. */
  signal?: AbortSignal
}

const root = path.resolve(import.meta.dirname, '..', '..')

export async function startLab({
  simulatorArgs = [],
  operatorArgs = [],
  onProgress = () => {},
  signal,
}: LabOptions = {}): Promise<Lab> {
  const directory = await mkdtemp(path.join(tmpdir(), 'botyard-lab-'))
  const ends: (() => Promise<unknown>)[] = []
  const stop = async ({ keepLogs = false } = {}) => {
    for (const end of ends.splice(0).reverse()) await end()
    if (!keepLogs) await rm(directory, { recursive: true, force: true })
  }
  const begin = (what: string) => {
    signal?.throwIfAborted()
    onProgress(what)
  }
  try {
    begin('control plane')
    const controlPlane = await startControlPlane({
      manifests: [path.join(root, 'crds/botyard.dev_projects.yaml'), operatorManifest],
    })
    ends.push(controlPlane.stop)
    const api = await createApi(controlPlane.adminKubeconfig)
    ends.push(() => api.close())

    begin('simulators')
    const simulators = await startSimulators({ log: path.join(directory, 'simulators.log'), args: simulatorArgs })
    ends.push(simulators.stop)

    begin('operator')
    const operator = await startOperator({
      program: path.join(root, 'dist/botyard.mjs'),
      // As in a pod: nothing of the client library is loaded, which only a kubeconfig needs.
      access: { pod: { url: controlPlane.url, directory: await controlPlane.podFilesFor(operatorAccount) } },
      hcloud: simulators.hcloud,
      telegram: simulators.telegram,
      log: path.join(directory, 'operator.log'),
      args: operatorArgs,
    })
    ends.push(operator.stop)
    await operator.untilReady()
    return { controlPlane, api, simulators, operator, directory, stop }
  } catch (error) {
    await stop({ keepLogs: signal?.aborted !== true })
    throw error
  }
}
