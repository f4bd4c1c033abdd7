// Bad input, the operator's own: wrong flags end it with one line a mistake; a cluster that is not ready for it is named.

import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Api, applyFiles, createApi } from '../../scripts/control-plane/api.ts'
import { operatorAccount, operatorManifest } from '../../scripts/control-plane/grant.ts'
import { type ControlPlane, startControlPlane } from '../../scripts/control-plane/start.ts'
import { type Operator, startOperator } from '../../scripts/lab/operator.ts'
import { waitFor } from '../support/control-plane.ts'

vi.setConfig({ maxConcurrency: 4, testTimeout: 60_000 })

const root = path.resolve(import.meta.dirname, '..', '..')

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'botyard-test-'))
})
afterAll(() => rm(directory, { recursive: true, force: true }))

interface Ended {
  code: number | null
  stdout: string
  stderr: string
}

/** Runs the operator until it ends by itself. */
const run = (...args: string[]): Promise<Ended> =>
  new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [path.join(root, 'src/main.ts'), ...args],
      { env: {}, timeout: 55_000 },
      (_error, stdout, stderr) => resolve({ code: child.exitCode, stdout, stderr }),
    )
  })

/** Nothing listens there: these operators never come as far as a provider. */
const nowhere = 'http://127.0.0.1:9'

const start = (kubeconfig: string, name: string, ...args: string[]): Promise<Operator> =>
  startOperator({
    program: path.join(root, 'src/main.ts'),
    access: { kubeconfig },
    hcloud: `${nowhere}/v1`,
    telegram: nowhere,
    log: path.join(directory, `${name}.log`),
    args,
  })

const page = async (operator: Operator, name: string): Promise<{ status: number; text: string }> => {
  const answer = await fetch(`${operator.health}/${name}`)
  return { status: answer.status, text: await answer.text() }
}

const untilPage = (operator: Operator, text: string) =>
  waitFor(`${text} on /readyz`, async () => {
    const ready = await page(operator, 'readyz').catch(() => undefined)
    return ready?.status === 503 && ready.text.includes(text) && ready
  })

describe.concurrent('flags that are wrong', () => {
  it('get one line a mistake, all at once, and exit code 2', async () => {
    const { code, stdout, stderr } = await run(
      '--namespace=Not_A_Name',
      '--hcloud-endpoint=http://api.hetzner.cloud/v1',
      '--workers=0',
      '--drain=soon',
      '--log-level=loud',
      '--health-address=nowhere',
      '--allow-probe-range=127.64.0.0/10',
    )
    expect(code).toBe(2)
    expect(stdout).toBe('')
    const lines = stderr.trimEnd().split('\n')
    expect(lines).toHaveLength(7)
    for (const [index, flag] of [
      '--namespace',
      '--hcloud-endpoint',
      '--allow-probe-range',
      '--workers',
      '--drain',
      '--health-address',
      '--log-level',
    ].entries())
      expect(lines[index]).toMatch(new RegExp(`^botyard: ${flag} .*(must|needs)`))
  })

  it.each([
    { args: ['--namespace', 'a', '--wokers=3'], line: /^botyard: unknown flag --wokers; see --help\n$/ },
    { args: ['--namespace', 'a', 'serve'], line: /^botyard: unexpected argument "serve"/ },
    { args: ['--namespace'], line: /^botyard: --namespace needs a value\n$/ },
    { args: [], line: /^botyard: --namespace \(or POD_NAMESPACE\) must name/ },
  ])('are told apart: $args', async ({ args, line }) => {
    const { code, stderr } = await run(...args)
    expect(code).toBe(2)
    expect(stderr).toMatch(line)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
  })

  it.each([
    { what: 'no file', content: undefined, says: /Cannot .*kubeconfig/ },
    { what: 'no kubeconfig', content: 'just some words', says: /Cannot .*kubeconfig/ },
  ])('a kubeconfig that is $what ends it with one line', async ({ what, content, says }) => {
    const file = path.join(directory, `${what.replace(' ', '-')}.yaml`)
    if (content !== undefined) await writeFile(file, content)
    const { code, stderr } = await run('--namespace=botyard-system', '--kubeconfig', file)
    expect(code).toBe(1)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
    expect(stderr).toMatch(says)
    expect(stderr).toContain(file)
  })

  it('outside of a pod, no kubeconfig at all is one line, too', async () => {
    const { code, stderr } = await run('--namespace=botyard-system')
    expect(code).toBe(1)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
    expect(stderr).toContain('outside of a cluster name a kubeconfig')
  })
})

describe('a cluster that is not ready for the operator', () => {
  /** Of these tests alone: what is missing here, other files need. */
  let bare: ControlPlane
  let api: Api
  beforeAll(async () => {
    bare = await startControlPlane({ manifests: [operatorManifest] })
    api = await createApi(bare.adminKubeconfig)
  })
  afterAll(async () => {
    await api.close()
    await bare.stop()
  })

  it('without the CRD: not ready, says which and how to install it, and works when it comes', async () => {
    const operator = await start(await bare.kubeconfigFor({ serviceAccount: operatorAccount }), 'crd')
    try {
      const { text } = await untilPage(operator, 'projects.botyard.dev is not installed')
      expect(text).toContain('kubectl apply -f crds/')
      expect(text.trimEnd().split('\n')).toHaveLength(1)
      expect(await page(operator, 'healthz')).toMatchObject({ status: 200 })

      await applyFiles(api, [path.join(root, 'crds/botyard.dev_projects.yaml')])
      await operator.untilReady()
    } finally {
      await operator.stop()
    }
    expect(await operator.exited).toBe(0)
  })

  it('without any rights: not ready, says which are missing, and stops when told to', async () => {
    const kubeconfig = await bare.kubeconfigFor({ serviceAccount: { ...operatorAccount, name: 'stranger' } })
    const operator = await start(kubeconfig, 'rights')
    try {
      const { text } = await untilPage(operator, 'may not list and watch projects.botyard.dev')
      expect(text).toContain('ClusterRole')
      expect(text.trimEnd().split('\n')).toHaveLength(1)
      expect(await page(operator, 'healthz')).toMatchObject({ status: 200 })
    } finally {
      await operator.stop()
    }
    expect(await operator.exited).toBe(0)
  })

  it('with some of the rights: not ready, one line for each that is missing, and ready when they come', async () => {
    const kubeconfig = await bare.kubeconfigFor({ serviceAccount: { ...operatorAccount, name: 'half' } })
    const projects = ['projects', 'projects/status']
    await allow('half', [{ apiGroups: ['botyard.dev'], resources: projects, verbs: ['get', 'list', 'watch'] }])
    const operator = await start(kubeconfig, 'half')
    try {
      const { text } = await untilPage(operator, 'may not')
      expect(text.trimEnd().split('\n')).toEqual([
        'The operator may not patch projects.botyard.dev: check its ClusterRole',
        'The operator may not patch projects.botyard.dev/status: check its ClusterRole',
        'The operator may not create events.events.k8s.io: check its ClusterRole',
        'The operator may not patch events.events.k8s.io: check its ClusterRole',
        ...['get', 'create', 'update', 'delete'].map(
          (verb) => `The operator may not ${verb} secrets in namespace botyard-system: check its Role there`,
        ),
      ])
      await allow('half', [
        { apiGroups: ['botyard.dev'], resources: projects, verbs: ['get', 'list', 'watch', 'patch'] },
        { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create', 'patch'] },
        { apiGroups: [''], resources: ['secrets'], verbs: ['get', 'create', 'update', 'delete'] },
      ])
      await operator.untilReady()
    } finally {
      await operator.stop()
    }
  })

  /** To this service account of the operator's namespace, everywhere. */
  async function allow(name: string, rules: object[]): Promise<void> {
    const apiVersion = 'rbac.authorization.k8s.io/v1'
    await api.apply({ apiVersion, kind: 'ClusterRole', metadata: { name }, rules })
    await api.apply({
      apiVersion,
      kind: 'ClusterRoleBinding',
      metadata: { name },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
      subjects: [{ kind: 'ServiceAccount', name, namespace: operatorAccount.namespace }],
    })
  }

  it('without an API server: not ready, and says that it cannot be reached', async () => {
    const file = path.join(directory, 'unreachable.yaml')
    await writeFile(file, (await readFile(bare.adminKubeconfig, 'utf8')).replace(bare.url, 'https://127.0.0.1:9'))
    const operator = await start(file, 'unreachable')
    try {
      const { text } = await untilPage(operator, 'The API server cannot be reached')
      expect(text).toContain('127.0.0.1:9')
    } finally {
      await operator.stop()
    }
    expect(await operator.exited).toBe(0)
  })
})
