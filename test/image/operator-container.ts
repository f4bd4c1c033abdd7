// The operator in a container, as hardened as the strictest cluster would run it, on this machine's own network, where the
// control plane and the simulators listen.

import { chmod, cp, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { GenericContainer, getContainerRuntimeClient } from 'testcontainers'
import { createGuard } from '../../scripts/control-plane/guard.ts'

// The container that cleans up after testcontainers comes from a registry; a guard of ours does its work.
process.env['TESTCONTAINERS_RYUK_DISABLED'] = 'true'
// What is asked for here shares the network of this machine; it needs no bridge, and there may be none.
process.env['TESTCONTAINERS_HOST_OVERRIDE'] = 'localhost'

export interface ContainerOptions {
  /** Id of the image. */
  image: string
  /** The control plane, and a folder with token and ca.crt of the operator's service account. */
  apiServer: string
  serviceAccount: string
  /** Flags of the operator. */
  args: readonly string[]
}

export interface OperatorContainer {
  /** When its process was started, in milliseconds since 1970. */
  readonly startedAt: number
  /** Lines of /proc/PID/status by their name: what the kernel grants to the process. */
  kernelView(): Promise<Record<string, string>>
  /** How long its main thread was ready to run and had no core, in milliseconds: what a busy machine adds to any time. */
  waitedForCore(): Promise<number>
  /** All that it has printed. */
  log(): string
  /** SIGTERM, and SIGKILL after `graceSeconds`; answers the exit code and removes it. */
  stop(graceSeconds: number): Promise<number>
}

/** Where a kubelet puts them. */
const mountPoint = '/var/run/secrets/kubernetes.io/serviceaccount'

/** testcontainers has no words for these: what `readOnlyRootFilesystem` is to a pod, and nothing left when it has ended. */
class HardenedContainer extends GenericContainer {
  constructor(image: string) {
    super(image)
    this.hostConfig.ReadonlyRootfs = true
    this.hostConfig.AutoRemove = true
  }
}

export async function startOperatorContainer(o: ContainerOptions): Promise<OperatorContainer> {
  const files = await readableCopy(o.serviceAccount)
  // Also ends the process, and removes the folder, when this one dies before it could do so.
  const guard = createGuard(files)
  const printed: string[] = []
  const container = await start({ ...o, serviceAccount: files }, (text) => printed.push(text)).catch(async (cause) => {
    await Promise.all([guard.end(), rm(files, { recursive: true })])
    throw new Error(`Cannot run the operator in a container: ${cause.message}\n${printed.join('')}`, { cause })
  })
  guard.watch([container.pid])
  const proc = (file: string) => readFile(`/proc/${container.pid}/${file}`, 'utf8')

  return {
    startedAt: container.startedAt,
    kernelView: async () => linesByName(await proc('status')),
    waitedForCore: async () => Math.round(Number((await proc('schedstat')).split(' ')[1]) / 1e6),
    log: () => printed.join(''),
    async stop(graceSeconds) {
      await container.stop(graceSeconds)
      const code = await container.exitCode
      await Promise.all([guard.end(), rm(files, { recursive: true })])
      return code
    },
  }
}

async function start(o: ContainerOptions, onPrinted: (text: string) => void) {
  const { hostname, port } = new URL(o.apiServer)
  const started = await new HardenedContainer(o.image)
    .withNetworkMode('host')
    .withDroppedCapabilities('ALL')
    .withSecurityOpt('no-new-privileges')
    .withBindMounts([{ source: o.serviceAccount, target: mountPoint, mode: 'ro' }])
    .withEnvironment({
      KUBERNETES_SERVICE_HOST: hostname,
      KUBERNETES_SERVICE_PORT: port,
      POD_NAMESPACE: 'botyard-system',
    })
    .withCommand([...o.args])
    .withLogConsumer((stream) => stream.on('data', (text: Buffer) => onPrinted(text.toString())))
    .start()
  const runtime = await getContainerRuntimeClient()
  const container = runtime.container.getById(started.getId())
  // Asked for while it runs: afterwards it is gone.
  const exitCode = container.wait().then(({ StatusCode }: { StatusCode: number }) => StatusCode)
  const { State } = await container.inspect()
  return {
    pid: State.Pid,
    startedAt: Date.parse(State.StartedAt),
    exitCode,
    stop: (graceSeconds: number) => container.stop({ t: graceSeconds }),
  }
}

/** The kubelet lets the user of the pod read them; ours belong to whoever runs this. */
async function readableCopy(folder: string): Promise<string> {
  const copy = await mkdtemp(path.join(tmpdir(), 'botyard-pod-'))
  await cp(folder, copy, { recursive: true })
  await Promise.all([
    chmod(copy, 0o755),
    chmod(path.join(copy, 'token'), 0o644),
    chmod(path.join(copy, 'ca.crt'), 0o644),
  ])
  return copy
}

const linesByName = (text: string): Record<string, string> =>
  Object.fromEntries(
    [...text.matchAll(/^(\w+):\s+(.*)$/gm)].map(([, name, value]) => [name as string, value as string]),
  )
