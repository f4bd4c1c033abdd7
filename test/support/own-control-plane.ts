// A control plane of one test's own, whose servers it may kill, and start again on the same port and data.

import { cp, rm } from 'node:fs/promises'
import path from 'node:path'
import { findBinaries } from '../../scripts/control-plane/binaries.ts'
import { createProcesses } from '../../scripts/control-plane/processes.ts'
import { apiServerCommand, type CommandLine, etcdCommand, layout } from '../../scripts/control-plane/servers.ts'
import { type ControlPlane, startControlPlane } from '../../scripts/control-plane/start.ts'
import { waitFor } from './control-plane.ts'

export interface OwnControlPlane extends ControlPlane {
  /** What marks the contents of a namespace and collects garbage. */
  readonly controllers: number
  killEtcd(): Promise<void>
  /** With the data that it had. */
  startEtcd(): Promise<void>
  killAPIServer(): Promise<void>
  /** Resolves when the process runs; it is ready some seconds later. */
  startAPIServer(): Promise<void>
  /** Keeps a copy of what etcd holds now. */
  backUp(): Promise<void>
  /** Kills both servers and starts etcd with that copy. */
  restore(): Promise<void>
}

/** Path of the manifest of the CRD. */
export const crdFile = path.resolve(import.meta.dirname, '../../crds/botyard.dev_projects.yaml')

/** `manifests` are applied after the CRD. */
export async function startOwnControlPlane({ manifests = [] }: { manifests?: readonly string[] } = {}) {
  const binaries = await findBinaries()
  const plane = await startControlPlane({ binaries, manifests: [crdFile, ...manifests] })
  const { directory } = plane
  const port = Number(new URL(plane.url).port)
  const processes = createProcesses(directory)
  const data = path.join(directory, 'etcd')
  const copy = path.join(directory, 'backup')
  const [, , controllers = 0] = plane.processIds
  let [etcd = 0, apiServer = 0] = plane.processIds

  const run = async (command: CommandLine) => {
    const logFile = layout(directory).log(command.name)
    const { pid } = await processes.start({ ...command, file: binaries[command.name], cwd: directory, logFile })
    return pid
  }

  const own: OwnControlPlane = {
    ...plane,
    controllers,
    killEtcd: () => kill(etcd),
    async startEtcd() {
      etcd = await run(etcdCommand({ directory, port }))
    },
    killAPIServer: () => kill(apiServer),
    async startAPIServer() {
      apiServer = await run(apiServerCommand({ directory, port }))
    },
    async backUp() {
      // What lies on disk at one moment is what a crash would leave.
      process.kill(etcd, 'SIGSTOP')
      await cp(data, copy, { recursive: true })
      process.kill(etcd, 'SIGCONT')
    },
    async restore() {
      await Promise.all([kill(apiServer), kill(etcd)])
      await rm(data, { recursive: true })
      await cp(copy, data, { recursive: true })
      await own.startEtcd()
    },
    async stop() {
      await processes.stop()
      await plane.stop()
    },
  }
  return own
}

async function kill(pid: number): Promise<void> {
  if (!isAlive(pid)) return
  process.kill(pid, 'SIGKILL')
  await waitFor('the end of the process', async () => !isAlive(pid))
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
