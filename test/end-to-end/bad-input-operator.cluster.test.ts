// Bad input, the operator's own: wrong flags end it with one line a mistake; a cluster that is not ready for it is named.

import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { applyFiles, createApi } from '../../scripts/control-plane/api.ts'
import { operatorAccount } from '../../scripts/control-plane/grant.ts'
import { startControlPlane } from '../../scripts/control-plane/start.ts'
import { type Operator, startOperator } from '../../scripts/lab/operator.ts'
import { controlPlane, waitFor } from '../support/control-plane.ts'

vi.setConfig({ maxConcurrency: 10, testTimeout: 60_000 })

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
      { env: {}, timeout: 30_000 },
      (_error, stdout, stderr) => resolve({ code: child.exitCode, stdout, stderr }),
    )
  })

/** Nothing listens there: these operators never come as far as a provider. */
const nowhere = 'http://127.0.0.1:9'

const start = (kubeconfig: string, name: string, ...args: string[]): Promise<Operator> =>
  startOperator({
    program: path.join(root, 'src/main.ts'),
    kubeconfig,
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

describe.concurrent('a cluster that is not ready for the operator', () => {
  it('without the CRD: not ready, says which and how to install it, and works when it comes', async () => {
    const bare = await startControlPlane({ manifests: [path.join(root, 'test/rbac.yaml')] })
    const api = await createApi(bare.adminKubeconfig)
    const operator = await start(await bare.kubeconfigFor({ serviceAccount: operatorAccount }), 'crd')
    try {
      const { text } = await untilPage(operator, 'projects.botyard.dev is not installed')
      expect(text).toContain('kubectl apply -f crds/')
      expect(text.trimEnd().split('\n')).toHaveLength(1)
      expect(await page(operator, 'healthz')).toMatchObject({ status: 200 })

      await applyFiles(api, [path.join(root, 'crds/botyard.dev_projects.yaml')])
      await operator.untilReady()
      expect(operator.running).toBe(true)
    } finally {
      await operator.stop()
      await api.close()
      await bare.stop()
    }
  })

  it('without the rights: not ready, and says which are missing', async () => {
    const stranger = { namespace: 'botyard-system', name: 'stranger' }
    const kubeconfig = await (await controlPlane()).kubeconfigFor({ serviceAccount: stranger })
    const operator = await start(kubeconfig, 'rights')
    try {
      const { text } = await untilPage(operator, 'may not list and watch projects.botyard.dev')
      expect(text).toContain('ClusterRole')
      expect(text.trimEnd().split('\n')).toHaveLength(1)
      expect(await page(operator, 'healthz')).toMatchObject({ status: 200 })
    } finally {
      await operator.stop()
    }
    // Told to stop, it does so by itself, though it never began to work.
    expect(await operator.exited).toBe(0)
  })

  it('without an API server: not ready, and says that it cannot be reached', async () => {
    const { adminKubeconfig, url } = await controlPlane()
    const file = path.join(directory, 'unreachable.yaml')
    await writeFile(file, (await readFile(adminKubeconfig, 'utf8')).replace(url, 'https://127.0.0.1:9'))
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
