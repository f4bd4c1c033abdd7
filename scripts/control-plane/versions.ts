// Which servers the test control plane is made of. A test holds these against go.mod.

export const kubernetesVersion = 'v1.36.3'
export const etcdVersion = 'v3.6.8'

/** The programs that a control plane needs, by file name; kubectl is for people who use the lab. */
export const requiredPrograms = ['etcd', 'kube-apiserver', 'kube-controller-manager'] as const
export const allPrograms = [...requiredPrograms, 'kubectl'] as const

export type ProgramName = (typeof allPrograms)[number]

/** Name of one set of binaries: what is in the cache under this name never changes. */
export function releaseName(platform: NodeJS.Platform = process.platform, arch: string = process.arch): string {
  return `kubernetes-${kubernetesVersion}-etcd-${etcdVersion}-${platform}-${arch}`
}
