// Where the API server is and who we are, from a kubeconfig file. A module of its own, because the library behind it is
// large: named imports let a bundler keep what is used, and only who needs a file loads it.

import { KubeConfig } from '@kubernetes/client-node'
import type { Access, ClusterAccess, TlsMaterial } from './cluster-access.ts'

export async function loadKubeconfig(path: string, context: string | undefined): Promise<ClusterAccess> {
  let config = load(path, context)
  let isRefused = false
  const { server } = clusterOf(config, path)

  /** What an exec plugin said is kept by the library until it expires, and the file as it was: a 401 ends both. */
  function reload(): void {
    isRefused = false
    try {
      config = load(path, context)
    } catch {
      // Somebody may just be writing it; if it stays so, the server goes on to refuse us.
    }
  }

  async function access(): Promise<Access> {
    if (isRefused) reload()
    const options: HttpsOptions = { headers: {} }
    await config.applyToHTTPSOptions(options as Parameters<typeof config.applyToHTTPSOptions>[0])
    const { ca, cert, key, servername, rejectUnauthorized } = options
    const user = config.getCurrentUser()
    const basic = user?.username && Buffer.from(`${user.username}:${user.password}`).toString('base64')
    const headers = { ...options.headers, ...(basic && { authorization: `Basic ${basic}` }) }
    return { headers, tls: { ca, cert, key, servername, rejectUnauthorized } }
  }

  return {
    server: server.replace(/\/+$/, ''),
    access,
    refused() {
      isRefused = true
    },
  }
}

function load(path: string, context: string | undefined): KubeConfig {
  const config = new KubeConfig()
  try {
    config.loadFromFile(path)
  } catch (cause) {
    throw new Error(`Cannot load kubeconfig ${path}`, { cause })
  }
  if (context !== undefined) config.setCurrentContext(context)
  return config
}

function clusterOf(config: KubeConfig, path: string): { readonly server: string } {
  const cluster = config.getCurrentCluster()
  const problem = problemOf(cluster, config.getCurrentContext())
  if (cluster === null || problem !== undefined) throw new Error(`Cannot use kubeconfig ${path}: ${problem}`)
  return cluster
}

interface HttpsOptions extends TlsMaterial {
  readonly headers?: Record<string, string>
}

function problemOf(cluster: { proxyUrl?: string } | null, context: string): string | undefined {
  if (cluster === null) return `context "${context}" names no cluster`
  // To ignore it would send the credentials a way that nobody asked for.
  if (cluster.proxyUrl !== undefined) return 'proxy-url is not supported'
  return undefined
}
