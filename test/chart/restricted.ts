// Pod Security, level restricted, as far as our pods could break it: a quick judge for unit tests. In the control-plane tests
// the API server itself judges.

// biome-ignore lint/suspicious/noExplicitAny: rendered objects are looked at as they are
type Pod = any

const rules: Record<string, (pod: Pod, container: Pod) => boolean> = {
  'runs as non-root': (pod, container) =>
    container.securityContext?.runAsNonRoot ?? pod.securityContext?.runAsNonRoot ?? false,
  'has a user that is not root': (pod, container) =>
    (container.securityContext?.runAsUser ?? pod.securityContext?.runAsUser) !== 0,
  'has a seccomp profile': (pod, container) =>
    (container.securityContext?.seccompProfile ?? pod.securityContext?.seccompProfile)?.type === 'RuntimeDefault',
  'cannot gain privileges': (_pod, container) => container.securityContext?.allowPrivilegeEscalation === false,
  'is not privileged': (_pod, container) => container.securityContext?.privileged !== true,
  'drops all capabilities': (_pod, container) =>
    container.securityContext?.capabilities?.drop?.includes('ALL') === true &&
    container.securityContext.capabilities.add === undefined,
  'shares nothing with its node': (pod) => !pod.hostNetwork && !pod.hostPID && !pod.hostIPC,
  'uses no port of its node': (_pod, container) => !container.ports?.some((port: Pod) => port.hostPort),
  'mounts nothing of its node': (pod) => !pod.volumes?.some((volume: Pod) => volume.hostPath),
  // Beyond Pod Security, and ours to keep.
  'cannot write to its image': (_pod, container) => container.securityContext?.readOnlyRootFilesystem === true,
}

/** The rules that a pod breaks. */
export function violations(spec: Pod): string[] {
  const containers: Pod[] = [...spec.containers, ...(spec.initContainers ?? [])]
  return Object.entries(rules)
    .filter(([, holds]) => !containers.every((container) => holds(spec, container)))
    .map(([rule]) => rule)
}
