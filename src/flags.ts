// Every flag once: its name, its default, a line of help. Reads the command line by them, and shows them.

import { parseArgs } from 'node:util'

export interface Flag {
  default?: string
  help: string
  boolean?: boolean
  multiple?: boolean
}

export const flags = {
  kubeconfig: { help: 'Kubeconfig file; without it the operator runs in a pod.' },
  context: { help: 'Context of that file; by default its current one.' },
  'service-account-directory': {
    help: "Folder with a pod's token and ca.crt; by default where the kubelet puts them.",
  },
  namespace: { help: "The operator's own namespace; by default POD_NAMESPACE." },
  'cluster-id': { help: 'Names this cluster at Hetzner; by default the uid of the namespace kube-system.' },
  'hcloud-endpoint': { default: 'https://api.hetzner.cloud/v1', help: 'Hetzner Cloud API.' },
  'telegram-endpoint': { default: 'https://api.telegram.org', help: 'Telegram Bot API.' },
  lab: {
    boolean: true,
    help: 'Allow http endpoints and --allow-probe-range: for simulators, never for real accounts.',
  },
  'allow-probe-range': { multiple: true, help: 'CIDR beyond global unicast that a probe may go to; only with --lab.' },
  'no-escrow': {
    boolean: true,
    help: "Do not copy tokens and keys into the operator's namespace; deletions then need the Secrets.",
  },
  workers: { default: '64', help: 'Passes that run at once.' },
  'reconcile-timeout': { default: '2m', help: 'The longest pass.' },
  'hcloud-sweep-interval': { default: '30s', help: 'Between two looks at all servers of an account.' },
  'hcloud-action-poll-interval': { default: '1s', help: 'Between two looks at the actions that run.' },
  'hcloud-sold-out-memory': {
    default: '5m',
    help: 'How long a type that was sold out somewhere is not asked for there again.',
  },
  'hcloud-list-lag': { default: '5s', help: 'How long a list may not show what a write has done.' },
  'hcloud-removal-interval': { default: '3s', help: 'Between two looks at what Hetzner is taking away.' },
  'hcloud-status-interval': {
    default: '5s',
    help: 'Between two looks at what Hetzner has not finished or not listed.',
  },
  'hcloud-budget-reserve': { default: '0.2', help: "Share of Hetzner's request budget that is left to others." },
  'boot-probe-interval': { default: '1s', help: 'Shortest time between two probes of a server that boots.' },
  'leader-elect': {
    boolean: true,
    help: "Work only while a Lease in the operator's namespace is held; for more than one replica.",
  },
  'leader-elect-lease-duration': { default: '15s', help: 'How long others leave a leader alone that shows no life.' },
  'leader-elect-renew-deadline': {
    default: '10s',
    help: 'How long a leader goes on without a renewal that succeeded; at least 1s less than the lease.',
  },
  'leader-elect-retry-period': { default: '2s', help: 'Between two renewals, and between two looks of a standby.' },
  drain: { default: '10s', help: 'How long a call without an answer may still take effect.' },
  'health-address': { default: '0.0.0.0:8080', help: 'Where /healthz, /readyz and /metrics are served.' },
  'metrics-secure': {
    boolean: true,
    help: 'Serve /metrics over HTTPS, to those whom the cluster lets get the path /metrics.',
  },
  'metrics-address': { default: '0.0.0.0:8443', help: 'Where /metrics is served with --metrics-secure.' },
  'metrics-cert-directory': {
    help: 'Folder with tls.crt and tls.key for it, followed when they change; by default made at each start.',
  },
  'log-level': { default: 'info', help: 'trace, debug, info, warn, error or silent.' },
  help: { boolean: true, help: 'Show this.' },
} as const satisfies Record<string, Flag>

export type FlagName = keyof typeof flags

export type Values = Partial<Record<FlagName, string | boolean | string[]>>

/** What was given, or one line for each mistake. */
export function parseFlags(
  argv: readonly string[],
): { kind: 'values'; values: Values } | { kind: 'mistakes'; lines: string[] } {
  const known = (name: string): Flag | undefined => (Object.hasOwn(flags, name) ? flags[name as FlagName] : undefined)
  const options = Object.fromEntries(
    Object.entries(flags as Record<string, Flag>).map(([name, flag]) => [
      name,
      { type: flag.boolean ? 'boolean' : 'string', multiple: flag.multiple ?? false } as const,
    ]),
  )
  const { values, tokens } = parseArgs({
    args: [...argv],
    options,
    strict: false,
    tokens: true,
    allowPositionals: true,
  })
  const lines = tokens.flatMap((token) => {
    if (token.kind === 'positional')
      return [`unexpected argument ${JSON.stringify(token.value)}; settings are given as --flag value`]
    if (token.kind !== 'option') return []
    const flag = known(token.name)
    if (flag === undefined) return [`unknown flag --${token.name}; see --help`]
    if (!flag.boolean && token.value === undefined) return [`--${token.name} needs a value`]
    return flag.boolean && token.value !== undefined ? [`--${token.name} takes no value`] : []
  })
  return lines.length > 0 ? { kind: 'mistakes', lines } : { kind: 'values', values: values as Values }
}

/** Every flag with its default, for people. */
export function helpText(): string {
  const rows = Object.entries(flags as Record<string, Flag>).map(([name, flag]) => {
    const value = flag.boolean ? '' : ' VALUE'
    const preset = flag.default === undefined ? '' : ` Default ${flag.default}.`
    return `  --${name}${value}`.padEnd(40) + flag.help + preset
  })
  return ['Botyard: Telegram bots on Hetzner Cloud servers, kept true by Kubernetes.', '', ...rows].join('\n')
}
