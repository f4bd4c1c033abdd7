// The command lines of the three servers: what makes this control plane small, private and honest.

import path from 'node:path'
import type { requiredPrograms } from './versions.ts'

export interface Layout {
  directory: string
  /** Port of the API server on 127.0.0.1. */
  port: number
}

export interface CommandLine {
  name: (typeof requiredPrograms)[number]
  args: string[]
}

/** Where the files of one control plane lie, below its folder. */
export function layout(directory: string) {
  const at = (...parts: string[]) => path.join(directory, ...parts)
  return {
    authority: at('pki', 'ca.crt'),
    authorityKey: at('pki', 'ca.key'),
    serving: at('pki', 'apiserver.crt'),
    servingKey: at('pki', 'apiserver.key'),
    tokenKey: at('pki', 'tokens.key'),
    tokenPublicKey: at('pki', 'tokens.pub'),
    adminKubeconfig: at('admin.kubeconfig'),
    users: at('users'),
    log: (name: string) => at(`${name}.log`),
  }
}

// A Unix socket in the control plane's own folder (the address is a file name, relative to the working directory): no port
// to race for, and nobody else on the machine can write to the store behind the API server's back.
const etcdUrl = 'unix://etcd:1'

export function etcdCommand({ directory }: Layout): CommandLine {
  return {
    name: 'etcd',
    args: [
      `--data-dir=${path.join(directory, 'etcd')}`,
      `--listen-client-urls=${etcdUrl}`,
      `--advertise-client-urls=${etcdUrl}`,
      '--listen-peer-urls=unix://etcd-peer:1',
      '--initial-advertise-peer-urls=unix://etcd-peer:1',
      '--initial-cluster=default=unix://etcd-peer:1',
      // The data is thrown away at the end; waiting for the disk would only slow every write.
      '--unsafe-no-fsync',
      '--log-level=warn',
    ],
  }
}

export function apiServerCommand({ directory, port }: Layout): CommandLine {
  const files = layout(directory)
  return {
    name: 'kube-apiserver',
    args: [
      `--etcd-servers=${etcdUrl}`,
      '--bind-address=127.0.0.1',
      '--advertise-address=127.0.0.1',
      `--secure-port=${port}`,
      `--tls-cert-file=${files.serving}`,
      `--tls-private-key-file=${files.servingKey}`,
      `--client-ca-file=${files.authority}`,
      '--authorization-mode=RBAC',
      // As some distributions do: a right that only they ask for is then missed here, too.
      '--enable-admission-plugins=OwnerReferencesPermissionEnforcement',
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-signing-key-file=${files.tokenKey}`,
      `--service-account-key-file=${files.tokenPublicKey}`,
      '--service-cluster-ip-range=10.0.0.0/24',
      // As installers set it; what a pod may do is for Pod Security to say.
      '--allow-privileged=true',
      // A loopback address is refused as an endpoint of the service "kubernetes", which nobody uses here.
      '--endpoint-reconciler-type=none',
    ],
  }
}

/** Only what tests and demo rely on: namespaces end, and owned objects go with their owner. */
export function controllerManagerCommand(kubeconfig: string): CommandLine {
  return {
    name: 'kube-controller-manager',
    args: [
      `--kubeconfig=${kubeconfig}`,
      '--controllers=namespace-controller,garbage-collector-controller',
      '--leader-elect=false',
      '--secure-port=0',
    ],
  }
}
