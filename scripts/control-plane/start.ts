// Starts a real Kubernetes control plane on loopback: etcd, API server, and the controllers that end namespaces and
// collect garbage. About three seconds, 400 MiB, nothing left behind.

import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type Api, applyFiles, createApi, type KubeObject } from './api.ts'
import { type Binaries, findBinaries } from './binaries.ts'
import { type Authority, createAuthority, generateTokenKeys, openAuthority } from './certificates.ts'
import { ApiFailure } from './connection.ts'
import { freePort } from './free-port.ts'
import { writeKubeconfig } from './kubeconfig.ts'
import { createProcesses, type Processes, type Server } from './processes.ts'
import { apiServerCommand, type CommandLine, controllerManagerCommand, etcdCommand, layout } from './servers.ts'
import { createUsers, type Identity, type ServiceAccount } from './users.ts'

export interface ControlPlaneOptions {
  /** Where the programs are, when that is known already. */
  binaries?: Binaries
  /**
   * YAML files to apply before the controllers start. CRDs belong here: the garbage collector looks for new kinds only
   * every 30 s.
   */
  manifests?: readonly string[]
  /** How long the API server may take to be ready, in milliseconds. */
  readyWithin?: number
}

/** A running control plane, as any process of this user can open it with `openControlPlane`; plain data. */
export interface ControlPlaneHandle {
  /** https URL of the API server. */
  url: string
  /** Folder with certificates, kubeconfigs, logs and data. */
  directory: string
  /** Path of a kubeconfig that may do everything. */
  adminKubeconfig: string
  /** What `/version` says, such as `v1.36.3`. */
  version: string
}

export interface OpenControlPlane extends ControlPlaneHandle {
  /** PEM of the authority behind the API server's certificate. */
  ca: string
  /** Path of a kubeconfig for a user, or for a service account, which is created with its namespace when missing. */
  kubeconfigFor(identity: Identity): Promise<string>
  /** Path of a folder with the token and ca.crt that a pod of this service account would have. */
  podFilesFor(serviceAccount: ServiceAccount): Promise<string>
}

export interface ControlPlane extends OpenControlPlane {
  /** Process ids of what was started, for tests that look at processes. */
  processIds: readonly number[]
  /** Ends what was started and removes its folder. */
  stop(): Promise<void>
}

/** Starts a control plane. It also ends when this process does, however that happens. */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const binaries = options.binaries ?? (await findBinaries())
  const directory = await mkdtemp(path.join(tmpdir(), 'botyard-control-plane-'))
  const processes = createProcesses(directory)
  const stop = async () => {
    await processes.stop()
    await rm(directory, { recursive: true, force: true })
  }
  try {
    return { ...(await start({ binaries, directory, processes, options })), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Opens a control plane that another process started. */
export async function openControlPlane(handle: ControlPlaneHandle): Promise<OpenControlPlane> {
  const files = layout(handle.directory)
  const [certificate, key] = await Promise.all([
    readFile(files.authority, 'utf8'),
    readFile(files.authorityKey, 'utf8'),
  ])
  return withUsers(handle, await openAuthority({ certificate, key }))
}

function withUsers(handle: ControlPlaneHandle, authority: Authority): OpenControlPlane {
  const { url, directory, adminKubeconfig } = handle
  const users = createUsers({ directory: layout(directory).users, url, authority, adminKubeconfig })
  return { ...handle, ca: authority.certificate, ...users }
}

interface Start {
  binaries: Binaries
  directory: string
  processes: Processes
  options: ControlPlaneOptions
}

async function start({ binaries, directory, processes, options }: Start): Promise<Omit<ControlPlane, 'stop'>> {
  const authority = await writeKeys(directory)
  const port = await freePort()
  const url = `https://127.0.0.1:${port}`
  const run = (command: CommandLine) => {
    const logFile = layout(directory).log(command.name)
    return processes.start({ ...command, file: binaries[command.name], cwd: directory, logFile })
  }

  const etcd = await run(etcdCommand({ directory, port }))
  const apiServer = await run(apiServerCommand({ directory, port }))
  const { adminKubeconfig } = layout(directory)
  // This group is bound to everything by the API server itself.
  const credentials = await authority.issueClient('admin', ['system:masters'])
  await writeKubeconfig(adminKubeconfig, { url, ca: authority.certificate, credentials })
  const api = await createApi(adminKubeconfig)
  try {
    await untilReady(api, [etcd, apiServer], options.readyWithin ?? 60_000)
    await applyManifests(api, options.manifests ?? [])
    const controllerManager = await run(controllerManagerCommand(adminKubeconfig))
    const { gitVersion: version } = await api.raw('GET', '/version')
    const processIds = [etcd, apiServer, controllerManager].map(({ pid }) => pid)
    return { ...withUsers({ url, directory, adminKubeconfig, version }, authority), processIds }
  } finally {
    await api.close()
  }
}

async function writeKeys(directory: string): Promise<Authority> {
  const files = layout(directory)
  await mkdir(path.dirname(files.authority), { mode: 0o700 })
  const authority = await createAuthority()
  const serving = await authority.issueServer('kube-apiserver')
  const tokens = generateTokenKeys()
  const contents: [file: string, content: string][] = [
    [files.authority, authority.certificate],
    [files.authorityKey, authority.export().key],
    [files.serving, serving.certificate],
    [files.servingKey, serving.key],
    [files.tokenKey, tokens.privateKey],
    [files.tokenPublicKey, tokens.publicKey],
  ]
  await Promise.all(contents.map(([file, content]) => writeFile(file, content, { mode: 0o600 })))
  return authority
}

async function untilReady(api: Api, servers: readonly Server[], within: number): Promise<void> {
  const end = performance.now() + within
  while (!(await isReady(api))) {
    const dead = servers.find((server) => !server.running())
    if (dead !== undefined) throw new Error(await explain(dead, `it ended with ${await dead.exited}`))
    const slowest = servers.at(-1)
    if (performance.now() > end && slowest !== undefined) {
      throw new Error(await explain(slowest, `it is not ready after ${within} ms`))
    }
    await delay(50)
  }
}

async function isReady(api: Api): Promise<boolean> {
  try {
    return (await api.raw('GET', '/readyz')) === 'ok'
  } catch (error) {
    if (error instanceof ApiFailure || isConnectionError(error)) return false
    throw error
  }
}

function isConnectionError(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    ['ECONNREFUSED', 'ECONNRESET', 'UND_ERR_SOCKET'].includes(String(error.code))
  )
}

async function explain(server: Server, what: string): Promise<string> {
  return `Cannot start ${server.name}: ${what}. The end of its log:\n${await server.logTail()}`
}

async function applyManifests(api: Api, manifests: readonly string[]): Promise<void> {
  const applied = await applyFiles(api, manifests)
  for (const object of applied.filter(({ kind }) => kind === 'CustomResourceDefinition')) {
    while (!isEstablished(await api.get(object))) await delay(50)
  }
}

function isEstablished({ status: current }: KubeObject): boolean {
  const conditions: { type: string; status: string }[] = current?.conditions ?? []
  return conditions.some(({ type, status }) => type === 'Established' && status === 'True')
}
