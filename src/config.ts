// Flags and environment, once, as typed configuration. The only reader of process.env. Every mistake is one line.

import { isIPv4 } from 'node:net'
import { type Duration, hours, minutes, seconds } from './clock.ts'
import { type Flag, type FlagName, flags, helpText, parseFlags, type Values } from './flags.ts'
import type { LogLevel } from './log.ts'

export interface Config {
  /** Path of a kubeconfig file; without it the process runs in a pod. */
  kubeconfig?: string
  context?: string
  /** In a pod: the API server as the kubelet names it in the environment, and the folder of the service account. */
  pod: { host?: string; port?: string; directory?: string }
  /** The operator's own namespace. */
  namespace: string
  /** Without it the uid of the namespace kube-system is taken. */
  clusterID?: string
  hcloudEndpoint: string
  telegramEndpoint: string
  /** CIDRs beyond global unicast that a probe may go to. */
  allowProbeRanges: string[]
  escrow: boolean
  workers: number
  reconcileTimeout: Duration
  intervals: Intervals
  /** Share of Hetzner's budget that is left to others, 0 ≤ n < 1. */
  budgetReserve: number
  drain: Duration
  /** Undefined: this process is the only one. */
  leaderElection?: LeaderElection
  /** Where /healthz, /readyz and /metrics are served; port 0 takes any. */
  health: { host: string; port: number }
  /** Where /metrics is served over HTTPS instead, and the folder of its certificate. */
  metrics?: { host: string; port: number; directory?: string }
  logLevel: LogLevel
}

type Environment = Readonly<Record<string, string | undefined>>

/** How long the operator waits, remembers and distrusts. The flags' help says what each is. */
export interface Intervals {
  sweep: Duration
  actionPoll: Duration
  soldOutMemory: Duration
  listLag: Duration
  removal: Duration
  status: Duration
  bootProbe: Duration
}

/** What client-go calls by the same names. */
export interface LeaderElection {
  leaseDuration: Duration
  renewDeadline: Duration
  retryPeriod: Duration
}

export type ConfigResult =
  | { kind: 'config'; config: Config }
  | { kind: 'help'; text: string }
  /** One line a mistake: what is wrong, what must hold. */
  | { kind: 'mistakes'; lines: string[] }

export function readConfig(argv: readonly string[], env: Environment = process.env): ConfigResult {
  const given = parseFlags(argv)
  if (given.kind === 'mistakes') return given
  const { values } = given
  if (values.help === true) return { kind: 'help', text: helpText() }
  const read = createReader(values)
  const config: Config = {
    ...read.optional('kubeconfig', 'kubeconfig'),
    ...read.optional('context', 'context'),
    pod: { ...apiServerOf(env), ...read.optional('service-account-directory', 'directory') },
    namespace: read.namespace(env['POD_NAMESPACE']),
    ...read.clusterID(),
    hcloudEndpoint: read.endpoint('hcloud-endpoint'),
    telegramEndpoint: read.endpoint('telegram-endpoint'),
    allowProbeRanges: read.ranges(),
    escrow: values['no-escrow'] !== true,
    workers: read.number('workers', { least: 1, most: 1_000, whole: true }),
    reconcileTimeout: read.duration('reconcile-timeout', { least: seconds(10), most: hours(1) }),
    intervals: {
      sweep: read.duration('hcloud-sweep-interval', { least: 100, most: hours(1) }),
      actionPoll: read.duration('hcloud-action-poll-interval', { least: 50, most: minutes(5) }),
      soldOutMemory: read.duration('hcloud-sold-out-memory', { least: seconds(1), most: hours(1) }),
      listLag: read.duration('hcloud-list-lag', { least: 0, most: minutes(10) }),
      removal: read.duration('hcloud-removal-interval', { least: 50, most: minutes(5) }),
      status: read.duration('hcloud-status-interval', { least: 50, most: minutes(5) }),
      bootProbe: read.duration('boot-probe-interval', { least: 50, most: minutes(5) }),
    },
    budgetReserve: read.number('hcloud-budget-reserve', { least: 0, most: 0.9, whole: false }),
    drain: read.duration('drain', { least: 0, most: minutes(10) }),
    ...leaderElectionOf(values, read),
    health: read.address('health-address'),
    ...metricsOf(values, read),
    logLevel: read.logLevel(),
  }
  return read.mistakes.length > 0 ? { kind: 'mistakes', lines: read.mistakes } : { kind: 'config', config }
}

/** What every pod has in its environment; without it the cluster's DNS is asked. */
function apiServerOf(env: Environment): Pick<Config['pod'], 'host' | 'port'> {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = env
  return host === undefined || port === undefined ? {} : { host, port }
}

function leaderElectionOf(values: Values, read: ReturnType<typeof createReader>): Pick<Config, 'leaderElection'> {
  const leaseDuration = read.duration('leader-elect-lease-duration', { least: seconds(2), most: hours(1) })
  const renewDeadline = read.duration('leader-elect-renew-deadline', { least: seconds(1), most: hours(1) })
  const retryPeriod = read.duration('leader-elect-retry-period', { least: 100, most: minutes(10) })
  // The last call of a leader needs a second to end in.
  if (renewDeadline > leaseDuration - seconds(1))
    read.mistakes.push('--leader-elect-renew-deadline must be at least 1s less than --leader-elect-lease-duration')
  // One renewal that fails is not to cost the leadership.
  if (retryPeriod * 2 > renewDeadline)
    read.mistakes.push('--leader-elect-retry-period must be at most half of --leader-elect-renew-deadline')
  return values['leader-elect'] === true ? { leaderElection: { leaseDuration, renewDeadline, retryPeriod } } : {}
}

function metricsOf(values: Values, read: ReturnType<typeof createReader>): Pick<Config, 'metrics'> {
  const metrics = { ...read.address('metrics-address'), ...read.optional('metrics-cert-directory', 'directory') }
  if (values['metrics-secure'] === true) return { metrics }
  if (metrics.directory !== undefined) read.mistakes.push('--metrics-cert-directory needs --metrics-secure')
  return {}
}

const labelValue = /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/

function isRange(text: string): boolean {
  const [, address = '', prefix = ''] = /^([\d.]+)\/(\d{1,2})$/.exec(text) ?? []
  return isIPv4(address) && Number(prefix) <= 32
}

const logLevels: readonly string[] = ['trace', 'debug', 'info', 'warn', 'error', 'silent']
const units = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const

/** Readers of single flags; what is wrong is collected, so that one start tells every mistake. */
function createReader(values: Values) {
  const mistakes: string[] = []
  const text = (name: FlagName): string => String(values[name] ?? (flags[name] as Flag).default ?? '')
  const wrong = <T>(name: FlagName, must: string, instead: T): T => {
    mistakes.push(`--${name} must be ${must}, not ${JSON.stringify(text(name))}`)
    return instead
  }
  const lab = values.lab === true

  return {
    mistakes,
    optional: <Key extends string>(name: FlagName, key: Key): { [K in Key]?: string } =>
      (values[name] === undefined ? {} : { [key]: text(name) }) as { [K in Key]?: string },
    namespace(fallback: string | undefined): string {
      const name = values.namespace === undefined ? fallback : text('namespace')
      if (name !== undefined && /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name)) return name
      mistakes.push("--namespace (or POD_NAMESPACE) must name the operator's own namespace")
      return ''
    },
    clusterID(): { clusterID?: string } {
      if (values['cluster-id'] === undefined) return {}
      const id = text('cluster-id')
      return labelValue.test(id)
        ? { clusterID: id }
        : wrong('cluster-id', 'a label value: 1 to 63 of A-Z a-z 0-9 . _ -, letters or digits at both ends', {})
    },
    endpoint(name: FlagName): string {
      const url = URL.canParse(text(name)) ? new URL(text(name)) : undefined
      const isAllowed = url?.protocol === 'https:' || (lab && url?.protocol === 'http:')
      return isAllowed
        ? text(name).replace(/\/+$/, '')
        : wrong(name, lab ? 'a URL' : 'an https URL (http only with --lab)', '')
    },
    ranges(): string[] {
      const ranges = (values['allow-probe-range'] ?? []) as string[]
      if (ranges.length > 0 && !lab) mistakes.push('--allow-probe-range needs --lab')
      const bad = ranges.filter((range) => !isRange(range))
      for (const range of bad)
        mistakes.push(`--allow-probe-range must be a CIDR such as 127.64.0.0/10, not ${JSON.stringify(range)}`)
      return ranges
    },
    number(name: FlagName, o: { least: number; most: number; whole: boolean }): number {
      const value = Number(text(name) || Number.NaN)
      const fits = value >= o.least && value <= o.most && (!o.whole || Number.isInteger(value))
      return fits ? value : wrong(name, `a ${o.whole ? 'whole ' : ''}number from ${o.least} to ${o.most}`, o.least)
    },
    duration(name: FlagName, o: { least: Duration; most: Duration }): Duration {
      const parts = /^(\d{1,9})(ms|s|m|h)$/.exec(text(name))
      const value = parts === null ? Number.NaN : Number(parts[1]) * units[parts[2] as keyof typeof units]
      return value >= o.least && value <= o.most
        ? value
        : wrong(name, `a duration from ${o.least} ms to ${o.most / 1_000} s, such as 500ms, 30s or 2m`, o.least)
    },
    address(name: FlagName): Config['health'] {
      const parts = /^(\[[0-9a-fA-F:.]+\]|[0-9A-Za-z.-]*):(\d{1,5})$/.exec(text(name))
      const port = Number(parts?.[2])
      if (parts === null || port > 65_535) return wrong(name, 'host:port', { host: '', port: 0 })
      return { host: (parts[1] ?? '').replace(/^\[|\]$/g, '') || '0.0.0.0', port }
    },
    logLevel: (): LogLevel =>
      logLevels.includes(text('log-level'))
        ? (text('log-level') as LogLevel)
        : wrong('log-level', `one of ${logLevels.join(', ')}`, 'info'),
  }
}
