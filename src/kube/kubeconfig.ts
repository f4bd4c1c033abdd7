// Where the API server is and who we are, from a kubeconfig file. A module of its own, because the library behind it is
// large: named imports let a bundler keep what is used, and only who needs a file loads it.

import { KubeConfig } from '@kubernetes/client-node'
import type { Access, ClusterAccess, TlsMaterial } from './cluster-access.ts'

export async function loadKubeconfig(path: string, context: string | undefined): Promise<ClusterAccess> {
  const config = new KubeConfig()
  try {
    config.loadFromFile(path)
  } catch (cause) {
    throw new Error(`Cannot load kubeconfig ${path}`, { cause })
  }
  if (context !== undefined) config.setCurrentContext(context)
  const cluster = config.getCurrentCluster()
  const user = config.getCurrentUser()
  const problem = problemOf(cluster, config.getCurrentContext())
  if (cluster === null || problem !== undefined) throw new Error(`Cannot use kubeconfig ${path}: ${problem}`)

  async function access(): Promise<Access> {
    const options: HttpsOptions = {}
    await config.applyToHTTPSOptions(options as Parameters<typeof config.applyToHTTPSOptions>[0])
    const { ca, cert, key, servername, rejectUnauthorized } = options
    const basic = user?.username && Buffer.from(`${user.username}:${user.password}`).toString('base64')
    const headers = { ...options.headers, ...(basic && { authorization: `Basic ${basic}` }) }
    return { headers, tls: { ca, cert, key, servername, rejectUnauthorized } }
  }

  return { server: cluster.server.replace(/\/+$/, ''), access, refused: () => {} }
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
