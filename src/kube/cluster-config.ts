// Where the API server is and who we are: from the pod's service account, or from a kubeconfig file.

import type { Clock } from '../clock.ts'
import type { Access, ClusterAccess } from './cluster-access.ts'
import { createRotatingFile } from './rotating-file.ts'

export interface ClusterConfigOptions {
  readonly clock: Clock
  /** Path of a kubeconfig file; without it the process is taken to run in a pod. */
  readonly kubeconfig?: string | undefined
  /** A context of that file; by default its current one. */
  readonly context?: string | undefined
  /** In a pod: other places than usual. */
  readonly inCluster?: { readonly host?: string; readonly port?: string; readonly directory?: string } | undefined
}

export function loadClusterConfig(options: ClusterConfigOptions): Promise<ClusterAccess> {
  return options.kubeconfig === undefined ? loadInCluster(options) : loadFile(options.kubeconfig, options.context)
}

/** Where every pod finds its service account. */
const serviceAccountDirectory = '/var/run/secrets/kubernetes.io/serviceaccount'

async function loadInCluster({ clock, inCluster = {} }: ClusterConfigOptions): Promise<ClusterAccess> {
  const { host = 'kubernetes.default.svc', port = '443', directory = serviceAccountDirectory } = inCluster
  const token = createRotatingFile(`${directory}/token`, { clock })
  const ca = createRotatingFile(`${directory}/ca.crt`, { clock })

  async function access(): Promise<Access> {
    const [bearer, authority] = await Promise.all([token.read(), ca.read()])
    return { headers: { authorization: `Bearer ${bearer}` }, tls: { ca: authority } }
  }

  // Not in a pod, or one without a service account: say so now, not at the first call.
  await access().catch((cause) => {
    throw new Error('Cannot find the service account of a pod; outside of a cluster name a kubeconfig', { cause })
  })
  const name = host.includes(':') ? `[${host}]` : host
  return { server: `https://${name}:${port}`, access, refused: () => token.drop() }
}

/** The client library costs a third of a second and 80 MiB, so it is loaded only here. */
async function loadFile(path: string, context: string | undefined): Promise<ClusterAccess> {
  const { loadKubeconfig } = await import('./kubeconfig.ts')
  return loadKubeconfig(path, context)
}
