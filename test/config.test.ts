import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { flagsPage } from '../scripts/generate/flags-page.ts'
import { minutes, seconds } from '../src/clock.ts'
import { type Config, readConfig } from '../src/config.ts'

const env = { POD_NAMESPACE: 'botyard-system' }

function configOf(...argv: string[]): Config {
  const result = readConfig(argv, env)
  if (result.kind !== 'config') throw new Error(`No configuration: ${JSON.stringify(result)}`)
  return result.config
}

function mistakesOf(argv: readonly string[], environment: Record<string, string> = env): string[] {
  const result = readConfig(argv, environment)
  return result.kind === 'mistakes' ? result.lines : []
}

describe('configuration', () => {
  it('is complete without a flag in a pod', () => {
    expect(configOf()).toEqual({
      namespace: 'botyard-system',
      pod: {},
      hcloudEndpoint: 'https://api.hetzner.cloud/v1',
      telegramEndpoint: 'https://api.telegram.org',
      allowProbeRanges: [],
      escrow: true,
      workers: 64,
      reconcileTimeout: minutes(2),
      intervals: {
        sweep: seconds(30),
        actionPoll: seconds(1),
        soldOutMemory: minutes(5),
        listLag: seconds(5),
        removal: seconds(3),
        status: seconds(5),
        bootProbe: seconds(1),
      },
      budgetReserve: 0.2,
      drain: seconds(10),
      health: { host: '0.0.0.0', port: 8080 },
      logLevel: 'info',
    })
  })

  it.each([
    { argv: ['--kubeconfig', '/k'], want: { kubeconfig: '/k' } },
    { argv: ['--context=lab'], want: { context: 'lab' } },
    { argv: ['--namespace', 'other'], want: { namespace: 'other' } },
    { argv: ['--cluster-id', 'lab.1'], want: { clusterID: 'lab.1' } },
    { argv: ['--hcloud-endpoint', 'https://h.example/v1/'], want: { hcloudEndpoint: 'https://h.example/v1' } },
    { argv: ['--lab', '--telegram-endpoint', 'http://127.0.0.1:9'], want: { telegramEndpoint: 'http://127.0.0.1:9' } },
    {
      argv: ['--lab', '--allow-probe-range', '127.64.0.0/10', '--allow-probe-range', '10.0.0.0/8'],
      want: { allowProbeRanges: ['127.64.0.0/10', '10.0.0.0/8'] },
    },
    { argv: ['--no-escrow'], want: { escrow: false } },
    { argv: ['--workers', '1'], want: { workers: 1 } },
    { argv: ['--reconcile-timeout', '90s'], want: { reconcileTimeout: seconds(90) } },
    { argv: ['--hcloud-budget-reserve', '0'], want: { budgetReserve: 0 } },
    { argv: ['--drain', '0s'], want: { drain: 0 } },
    {
      argv: ['--leader-elect'],
      want: { leaderElection: { leaseDuration: seconds(15), renewDeadline: seconds(10), retryPeriod: seconds(2) } },
    },
    {
      argv: [
        '--leader-elect',
        '--leader-elect-lease-duration=3s',
        '--leader-elect-renew-deadline=2s',
        '--leader-elect-retry-period=400ms',
      ],
      want: { leaderElection: { leaseDuration: seconds(3), renewDeadline: seconds(2), retryPeriod: 400 } },
    },
    { argv: ['--metrics-secure'], want: { metrics: { host: '0.0.0.0', port: 8443 } } },
    {
      argv: ['--metrics-secure', '--metrics-address', ':0', '--metrics-cert-directory', '/tls'],
      want: { metrics: { host: '0.0.0.0', port: 0, directory: '/tls' } },
    },
    { argv: ['--metrics-address', ':9443'], want: {} },
    { argv: ['--health-address', ':0'], want: { health: { host: '0.0.0.0', port: 0 } } },
    { argv: ['--health-address', '[::1]:8081'], want: { health: { host: '::1', port: 8081 } } },
    { argv: ['--log-level', 'debug'], want: { logLevel: 'debug' } },
  ] satisfies { argv: string[]; want: Partial<Config> }[])('takes $argv', ({ argv, want }) => {
    expect(configOf(...argv)).toMatchObject(want)
  })

  it.each([
    { argv: ['--nonsense'], want: ['unknown flag --nonsense; see --help'] },
    { argv: ['--nonsense=1'], want: ['unknown flag --nonsense; see --help'] },
    { argv: ['--toString'], want: ['unknown flag --toString; see --help'] },
    { argv: ['-x'], want: ['unknown flag --x; see --help'] },
    { argv: ['serve'], want: ['unexpected argument "serve"; settings are given as --flag value'] },
    { argv: ['--kubeconfig'], want: ['--kubeconfig needs a value'] },
    { argv: ['--lab=yes'], want: ['--lab takes no value'] },
    {
      argv: ['--namespace', 'Not_A_Name'],
      want: ["--namespace (or POD_NAMESPACE) must name the operator's own namespace"],
    },
    {
      argv: ['--cluster-id', '-lab'],
      want: [
        '--cluster-id must be a label value: 1 to 63 of A-Z a-z 0-9 . _ -, letters or digits at both ends, not "-lab"',
      ],
    },
    { argv: ['--cluster-id', 'x'.repeat(64)], want: [expect.stringContaining('--cluster-id must be a label value')] },
    {
      argv: ['--hcloud-endpoint', 'http://h.example'],
      want: ['--hcloud-endpoint must be an https URL (http only with --lab), not "http://h.example"'],
    },
    {
      argv: ['--lab', '--telegram-endpoint', 'ftp://t.example'],
      want: ['--telegram-endpoint must be a URL, not "ftp://t.example"'],
    },
    {
      argv: ['--telegram-endpoint', 'nonsense'],
      want: [expect.stringContaining('--telegram-endpoint must be an https URL')],
    },
    { argv: ['--allow-probe-range', '127.64.0.0/10'], want: ['--allow-probe-range needs --lab'] },
    {
      argv: ['--lab', '--allow-probe-range', '127.64.0.0'],
      want: ['--allow-probe-range must be a CIDR such as 127.64.0.0/10, not "127.64.0.0"'],
    },
    {
      argv: ['--lab', '--allow-probe-range', '300.0.0.0/99'],
      want: ['--allow-probe-range must be a CIDR such as 127.64.0.0/10, not "300.0.0.0/99"'],
    },
    { argv: ['--workers', '0'], want: ['--workers must be a whole number from 1 to 1000, not "0"'] },
    { argv: ['--workers', '1.5'], want: ['--workers must be a whole number from 1 to 1000, not "1.5"'] },
    { argv: ['--workers='], want: ['--workers must be a whole number from 1 to 1000, not ""'] },
    {
      argv: ['--hcloud-budget-reserve', '1'],
      want: ['--hcloud-budget-reserve must be a number from 0 to 0.9, not "1"'],
    },
    {
      argv: ['--reconcile-timeout', '1s'],
      want: [expect.stringContaining('--reconcile-timeout must be a duration from 10000 ms')],
    },
    {
      argv: ['--drain', '10'],
      want: ['--drain must be a duration from 0 ms to 600 s, such as 500ms, 30s or 2m, not "10"'],
    },
    {
      argv: ['--leader-elect-renew-deadline', '14500ms'],
      want: ['--leader-elect-renew-deadline must be at least 1s less than --leader-elect-lease-duration'],
    },
    {
      argv: ['--leader-elect-retry-period', '6s'],
      want: ['--leader-elect-retry-period must be at most half of --leader-elect-renew-deadline'],
    },
    { argv: ['--metrics-address', '9443'], want: ['--metrics-address must be host:port, not "9443"'] },
    {
      argv: ['--metrics-cert-directory', '/tls'],
      want: ['--metrics-cert-directory needs --metrics-secure'],
    },
    { argv: ['--health-address', '8080'], want: ['--health-address must be host:port, not "8080"'] },
    { argv: ['--health-address', ':70000'], want: ['--health-address must be host:port, not ":70000"'] },
    {
      argv: ['--log-level', 'loud'],
      want: ['--log-level must be one of trace, debug, info, warn, error, silent, not "loud"'],
    },
  ])('says one line for $argv', ({ argv, want }) => expect(mistakesOf(argv)).toEqual(want))

  it.each([
    ['--hcloud-sweep-interval', 'sweep'],
    ['--hcloud-action-poll-interval', 'actionPoll'],
    ['--hcloud-sold-out-memory', 'soldOutMemory'],
    ['--hcloud-list-lag', 'listLag'],
    ['--hcloud-removal-interval', 'removal'],
    ['--hcloud-status-interval', 'status'],
    ['--boot-probe-interval', 'bootProbe'],
  ] as const)('takes %s', (flag, name) => {
    expect(configOf(flag, '1500ms').intervals).toEqual({ ...configOf().intervals, [name]: 1_500 })
    expect(mistakesOf([flag, '24h'])).toEqual([expect.stringMatching(`^${flag} must be a duration from .* not "24h"$`)])
  })

  it('finds the API server as the kubelet names it', () => {
    const kubelet = { KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: '443' }
    const result = readConfig(['--service-account-directory', '/sa'], { ...env, ...kubelet })
    expect(result).toMatchObject({ config: { pod: { host: '10.0.0.1', port: '443', directory: '/sa' } } })
  })

  it('needs a namespace of its own', () => {
    expect(mistakesOf([], {})).toEqual(["--namespace (or POD_NAMESPACE) must name the operator's own namespace"])
  })

  it('tells every mistake at one start', () => {
    const lines = mistakesOf(['--workers', 'x', '--drain', 'y', '--log-level', 'z', '--allow-probe-range', 'w'])
    expect(lines).toHaveLength(5)
    expect(mistakesOf(['--a', 'b', '--c'])).toHaveLength(3)
  })

  it('has one line a mistake, whatever is given', () => {
    const flag = fc.constantFrom(
      '--workers',
      '--drain',
      '--cluster-id',
      '--hcloud-endpoint',
      '--health-address',
      '--odd',
    )
    fc.assert(
      fc.property(fc.array(fc.tuple(flag, fc.string())), (pairs) => {
        for (const line of mistakesOf(pairs.flatMap(([name, value]) => [`${name}=${value}`])))
          expect(line).not.toMatch(/[\n\r]/)
      }),
    )
  })

  it('shows every flag with its default on request, whatever else is wrong', () => {
    const result = readConfig(['--help', '--workers', 'x'], {})
    if (result.kind !== 'help') throw new Error('No help')
    for (const text of ['--kubeconfig VALUE', '--lab ', '--workers VALUE', 'Default 64.', '--help'])
      expect(result.text).toContain(text)
  })

  it('has a page of its flags, made by `npm run generate`', () => {
    const page = readFileSync(new URL('../docs/reference/flags.md', import.meta.url), 'utf8')
    expect(page.replace(/^.*Do not edit.*\n/, '')).toBe(flagsPage())
  })
})
