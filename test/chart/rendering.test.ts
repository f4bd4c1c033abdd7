// What each value of the chart changes in the objects that are rendered, and what none of them may change.

import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import os from 'node:os'
import { beforeAll, describe, expect, it } from 'vitest'
import type { KubeObject } from '../../scripts/control-plane/api.ts'
import { isForPeople, isGroup, readValuesSchema, type ValueSchema } from '../../scripts/generate/values-schema.ts'
import { findHelm } from '../../scripts/helm/find-helm.ts'
import { chartDirectory, renderChart, runHelm } from '../../scripts/helm/render-chart.ts'
import { type Config, readConfig } from '../../src/config.ts'
import { violations } from './restricted.ts'

/** The first time on a machine it is fetched. */
beforeAll(async () => void (await findHelm()), 120_000)

const render = async (values: Record<string, unknown> = {}) => {
  const objects = await renderChart({ values })
  const find = (kind: string, name = 'botyard') =>
    objects.find((object) => object.kind === kind && object.metadata.name === name)
  const deployment = find('Deployment') as KubeObject
  const template = deployment['spec'].template
  return { objects, find, deployment, template, pod: template.spec, container: template.spec.containers[0] }
}

/** What the operator makes of the pod's flags. */
const configOf = (args: readonly string[]): Partial<Config> => {
  const result = readConfig(args, { POD_NAMESPACE: 'botyard-system' })
  if (result.kind !== 'config') throw new Error(JSON.stringify(result))
  return result.config
}

interface Case {
  values: Record<string, unknown>
  /** What must be seen in the rendering, besides a pod that is as restricted as ever. */
  see(rendered: Awaited<ReturnType<typeof render>>): void
}

const toleration = { key: 'dedicated', operator: 'Exists', effect: 'NoSchedule' }
const affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [] } } }
const digest = `sha256:${'0123456789abcdef'.repeat(4)}`

const cases: Case[] = [
  {
    values: { image: { repository: 'registry.example:5000/tools/botyard', tag: '1.2.3', pullPolicy: 'Always' } },
    see({ container }) {
      expect(container.image).toBe('registry.example:5000/tools/botyard:1.2.3')
      expect(container.imagePullPolicy).toBe('Always')
    },
  },
  {
    values: { image: { tag: '1.2.3', digest } },
    see: ({ container }) => expect(container.image).toBe(`botyard@${digest}`),
  },
  {
    values: { imagePullSecrets: [{ name: 'registry' }] },
    see: ({ pod }) => expect(pod.imagePullSecrets).toEqual([{ name: 'registry' }]),
  },
  {
    values: { crds: { install: false } },
    see: ({ find }) => expect(find('CustomResourceDefinition', 'projects.botyard.dev')).toBeUndefined(),
  },
  {
    values: { crds: { keep: false } },
    see: ({ find }) =>
      expect(find('CustomResourceDefinition', 'projects.botyard.dev')?.metadata.annotations).not.toMatchObject({
        'helm.sh/resource-policy': 'keep',
      }),
  },
  {
    values: { projectNamespaces: ['shop'] },
    see: ({ objects }) =>
      expect(objects.find(({ metadata }) => metadata.namespace === 'shop')).toMatchObject({
        kind: 'RoleBinding',
        roleRef: { kind: 'ClusterRole', name: 'botyard-project-namespace' },
      }),
  },
  {
    values: {
      clusterID: 'main.1',
      escrow: false,
      logLevel: 'debug',
      workers: 1000,
      reconcileTimeout: '90s',
      drain: '0s',
      hetzner: {
        endpoint: 'https://proxy.example/v1',
        sweepInterval: '45s',
        actionPollInterval: '2s',
        soldOutMemory: '7m',
        budgetReserve: 0.5,
      },
      telegram: { endpoint: 'https://bots.example' },
      health: { host: '[::]', port: 9090 },
    },
    see: ({ container }) => {
      expect(configOf(container.args)).toEqual({
        ...configOf([]),
        clusterID: 'main.1',
        escrow: false,
        logLevel: 'debug',
        workers: 1000,
        reconcileTimeout: 90_000,
        drain: 0,
        hcloudEndpoint: 'https://proxy.example/v1',
        intervals: { ...configOf([]).intervals, sweep: 45_000, actionPoll: 2_000, soldOutMemory: 420_000 },
        budgetReserve: 0.5,
        telegramEndpoint: 'https://bots.example',
        health: { host: '::', port: 9090 },
      })
      expect(container.ports).toEqual([{ name: 'http', containerPort: 9090 }])
    },
  },
  {
    values: {
      replicaCount: 2,
      leaderElection: { leaseDuration: '30s', renewDeadline: '20s', retryPeriod: '4s' },
    },
    see({ container, deployment, pod, template, find }) {
      const leaderElection = { leaseDuration: 30_000, renewDeadline: 20_000, retryPeriod: 4_000 }
      expect(configOf(container.args)).toEqual({ ...configOf([]), leaderElection })
      // One that stands by is not taken down with the one that works.
      expect(deployment['spec']).toMatchObject({
        replicas: 2,
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      })
      const [spread] = pod.topologySpreadConstraints
      expect(spread).toMatchObject({ topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway' })
      expect(template.metadata.labels).toMatchObject(spread.labelSelector.matchLabels)
      const budget = find('PodDisruptionBudget')?.['spec']
      expect(budget).toMatchObject({ maxUnavailable: 1 })
      expect(template.metadata.labels).toMatchObject(budget.selector.matchLabels)
    },
  },
  {
    values: { replicaCount: 1, leaderElection: { leaseDuration: '30s' } },
    see({ container, deployment, pod, find }) {
      expect(configOf(container.args)).toEqual(configOf([]))
      expect(deployment['spec']).toMatchObject({ replicas: 1, strategy: { type: 'Recreate' } })
      expect(pod.topologySpreadConstraints).toBeUndefined()
      expect(find('PodDisruptionBudget')).toBeUndefined()
    },
  },
  {
    values: { metrics: { service: { enabled: true, port: 80, annotations: { a: 'b' } } } },
    see({ find, template }) {
      const service = find('Service', 'botyard-metrics')
      expect(service?.metadata.annotations).toEqual({ a: 'b' })
      expect(service?.['spec']).toMatchObject({ type: 'ClusterIP', ports: [{ port: 80, targetPort: 'http' }] })
      expect(template.metadata.labels).toMatchObject(service?.['spec'].selector)
    },
  },
  {
    values: {
      metrics: {
        secure: { enabled: true, port: 9443, certificateSecret: 'metrics-tls' },
        service: { enabled: true, port: 443 },
      },
    },
    see({ container, pod, find }) {
      const metrics = { host: '0.0.0.0', port: 9443, directory: '/etc/botyard-metrics' }
      expect(configOf(container.args)).toEqual({ ...configOf([]), metrics })
      expect(container.ports).toContainEqual({ name: 'metrics', containerPort: 9443 })
      expect(container.volumeMounts).toEqual([
        { name: 'metrics-certificate', mountPath: '/etc/botyard-metrics', readOnly: true },
      ])
      expect(pod.volumes).toEqual([{ name: 'metrics-certificate', secret: { secretName: 'metrics-tls' } }])
      expect(find('Service', 'botyard-metrics')?.['spec'].ports).toEqual([
        { name: 'https', port: 443, targetPort: 'metrics' },
      ])
      expect(find('ClusterRole', 'botyard-metrics-reader')).toBeDefined()
    },
  },
  {
    values: { metrics: { secure: { enabled: true } } },
    see({ container, pod }) {
      expect(configOf(container.args)).toEqual(configOf(['--metrics-secure']))
      expect([container.volumeMounts, pod.volumes]).toEqual([undefined, undefined])
    },
  },
  {
    values: { metrics: { secure: { enabled: false, certificateSecret: 'metrics-tls' } } },
    see({ container, pod, find }) {
      expect(configOf(container.args)).toEqual(configOf([]))
      expect(pod.volumes).toBeUndefined()
      expect(find('ClusterRole', 'botyard-metrics-reader')).toBeUndefined()
    },
  },
  {
    values: { logLevel: 'info', extraArgs: ['--log-level=trace', '--lab', '--allow-probe-range=127.64.0.0/10'] },
    see: ({ container }) =>
      expect(configOf(container.args)).toMatchObject({ logLevel: 'trace', allowProbeRanges: ['127.64.0.0/10'] }),
  },
  {
    values: { nodeOptions: '--max-old-space-size=100' },
    see: ({ container }) =>
      expect(container.env).toContainEqual({ name: 'NODE_OPTIONS', value: '--max-old-space-size=100' }),
  },
  {
    values: { resources: { requests: { cpu: 1, memory: '1Gi' }, limits: { memory: '1.5Gi', cpu: '1500m' } } },
    see: ({ container }) =>
      expect(container.resources).toEqual({
        requests: { cpu: 1, memory: '1Gi' },
        limits: { memory: '1.5Gi', cpu: '1500m' },
      }),
  },
  {
    values: { terminationGracePeriodSeconds: 60 },
    see: ({ pod }) => expect(pod.terminationGracePeriodSeconds).toBe(60),
  },
  {
    values: { serviceAccount: { annotations: { a: 'b' } } },
    see: ({ find }) => expect(find('ServiceAccount')?.metadata.annotations).toEqual({ a: 'b' }),
  },
  {
    values: { commonLabels: { team: 'bots' }, projectNamespaces: ['shop'], metrics: { service: { enabled: true } } },
    see({ objects, template }) {
      for (const { metadata } of [...objects, template]) expect(metadata.labels).toMatchObject({ team: 'bots' })
    },
  },
  {
    values: { podLabels: { team: 'bots' }, podAnnotations: { a: 'b' } },
    see({ template, deployment }) {
      expect(template.metadata.labels).toMatchObject({ team: 'bots' })
      expect(template.metadata.annotations).toMatchObject({ a: 'b' })
      expect(deployment.metadata.labels).not.toMatchObject({ team: 'bots' })
    },
  },
  {
    values: { nodeSelector: { disk: 'ssd' }, tolerations: [toleration], affinity, priorityClassName: 'high' },
    see: ({ pod }) =>
      expect(pod).toMatchObject({
        nodeSelector: { disk: 'ssd' },
        tolerations: [toleration],
        affinity,
        priorityClassName: 'high',
      }),
  },
  { values: { global: { team: 'bots' }, enabled: true }, see: ({ objects }) => expect(objects).not.toHaveLength(0) },
]

describe('the chart', () => {
  it.each(cases)('renders what $values asks for', async ({ values, see }) => {
    const rendered = await render(values)
    see(rendered)
    expect(violations(rendered.pod)).toEqual([])
    expect(rendered.template.metadata.labels).toMatchObject(rendered.deployment['spec'].selector.matchLabels)
    const { replicas, strategy } = rendered.deployment['spec']
    // Without leader election there are never two side by side.
    expect(strategy.type).toBe(replicas === 1 ? 'Recreate' : 'RollingUpdate')
    expect(rendered.container.args.includes('--leader-elect')).toBe(replicas > 1)
  })

  it('has a case above for each value', async () => {
    const tried = new Set(cases.flatMap(({ values }) => leavesOf(values)))
    const known = valuesOf(await readValuesSchema())
    expect(known.filter((path) => ![...tried].some((leaf) => `${leaf}.`.startsWith(`${path}.`)))).toEqual([])
  })

  it('gives the operator by default what the operator takes by default', async () => {
    const { container } = await render()
    expect(configOf(container.args)).toEqual(configOf([]))
    const { container: oneOfTwo } = await render({ replicaCount: 2 })
    expect(configOf(oneOfTwo.args)).toEqual(configOf(['--leader-elect']))
  })

  it('has a value, or a reason not to have one, for each flag of the operator', async () => {
    const secure = { enabled: true, certificateSecret: 'a' }
    const help = readConfig(['--help'], {})
    const flags = (help.kind === 'help' ? help.text : '').match(/--[a-z-]+(?=[ \n])/g) ?? []
    const { container } = await render({ clusterID: 'a', escrow: false, replicaCount: 2, metrics: { secure } })
    const given = container.args.map((arg: string) => arg.split('=')[0])
    expect(flags.filter((flag) => !given.includes(flag))).toEqual([
      '--kubeconfig',
      '--context',
      '--service-account-directory',
      // From the pod's own namespace.
      '--namespace',
      // For a lab: by extraArgs.
      '--lab',
      '--allow-probe-range',
      // What a simulated world shortens; Hetzner itself is as slow as it is.
      '--hcloud-list-lag',
      '--hcloud-removal-interval',
      '--hcloud-status-interval',
      '--boot-probe-interval',
      '--help',
    ])
  })

  it('gives Node options that Node takes', async () => {
    const { container } = await render()
    const NODE_OPTIONS = container.env.find(({ name }: { name: string }) => name === 'NODE_OPTIONS').value
    const program = 'process.stdout.write(String(v8.getHeapStatistics().heap_size_limit))'
    const limit = Number(execFileSync(process.execPath, ['-e', program], { env: { NODE_OPTIONS } }))
    // Of what the container has, or the machine: not the two or four gigabytes that Node takes by itself.
    const memory = Math.min(os.totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY)
    expect(limit / memory).toBeCloseTo(0.6, 1)
  })

  it('renders nothing that Argo CD would see change by itself', async () => {
    expect(await renderChart()).toEqual(await renderChart())
    for (const object of await renderChart())
      expect(JSON.stringify(object.metadata.annotations ?? {})).not.toContain('helm.sh/hook')
  })

  it('passes the linter of Helm', async () => {
    expect(await runHelm(['lint', '--strict', '--quiet', chartDirectory])).not.toContain('WARNING')
  })

  it('has the version of the package', async () => {
    const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'))
    const chart = await runHelm(['show', 'chart', chartDirectory])
    expect(chart).toMatch(new RegExp(`^version: ${version}$`, 'm'))
    expect(chart).toMatch(new RegExp(`^appVersion: ${version}$`, 'm'))
    const { container } = await render()
    expect(container.image).toBe(`botyard:${version}`)
  })

  it('is refused by a cluster that is too old', async () => {
    await expect(renderChart({ kubeVersion: '1.31.9' })).rejects.toThrow(/kubeVersion: >=1\.32/)
    await expect(renderChart({ kubeVersion: '1.32.0-gke.1' })).resolves.not.toHaveLength(0)
  })
})

describe('the judge of pods', () => {
  const restricted = async () => (await render()).pod

  it.each([
    ['runs as non-root', (pod: KubeObject) => delete pod['securityContext'].runAsNonRoot],
    ['has a user that is not root', (pod: KubeObject) => (pod['securityContext'].runAsUser = 0)],
    ['has a seccomp profile', (pod: KubeObject) => delete pod['securityContext'].seccompProfile],
    ['cannot gain privileges', (pod: KubeObject) => delete contextOf(pod).allowPrivilegeEscalation],
    ['is not privileged', (pod: KubeObject) => (contextOf(pod).privileged = true)],
    ['drops all capabilities', (pod: KubeObject) => (contextOf(pod).capabilities = { drop: ['NET_RAW'] })],
    ['shares nothing with its node', (pod: KubeObject) => (pod['hostNetwork'] = true)],
    ['uses no port of its node', (pod: KubeObject) => (pod['containers'][0].ports[0].hostPort = 80)],
    ['mounts nothing of its node', (pod: KubeObject) => (pod['volumes'] = [{ name: 'a', hostPath: { path: '/' } }])],
    ['cannot write to its image', (pod: KubeObject) => delete contextOf(pod).readOnlyRootFilesystem],
  ])('sees when no longer a pod %s', async (rule, spoil) => {
    const pod = await restricted()
    spoil(pod)
    expect(violations(pod)).toEqual([rule])
  })

  const contextOf = (pod: KubeObject) => pod['containers'][0].securityContext
})

/** Paths of the values for people: `image.tag`. */
const valuesOf = ({ properties = {} }: ValueSchema, prefix = ''): string[] =>
  Object.entries(properties)
    .filter(([, value]) => isForPeople(value))
    .flatMap(([name, value]) => (isGroup(value) ? valuesOf(value, `${prefix}${name}.`) : [prefix + name]))

const leavesOf = (values: object, prefix = ''): string[] =>
  Object.entries(values).flatMap(([name, value]) =>
    typeof value === 'object' && !Array.isArray(value) ? leavesOf(value, `${prefix}${name}.`) : [prefix + name],
  )
