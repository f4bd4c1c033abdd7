// The control plane itself: that it is a real one, and that it leaves nothing behind.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rmdir, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { createApi } from '../../scripts/control-plane/api.ts'
import { findBinaries } from '../../scripts/control-plane/binaries.ts'
import { startControlPlane } from '../../scripts/control-plane/start.ts'
import { kubernetesVersion } from '../../scripts/control-plane/versions.ts'
import {
  type Api,
  adminApi,
  controlPlane,
  createNamespace,
  operatorKubeconfig,
  secret,
  waitFor,
} from '../support/control-plane.ts'

let api: Api

beforeAll(async () => {
  api = await adminApi()
})
afterAll(() => api.close())

describe('the control plane', () => {
  it('tells the truth about its version', async () => {
    expect(await api.raw('GET', '/version')).toMatchObject({ gitVersion: kubernetesVersion, major: '1', minor: '36' })
  })

  it('ends a deleted namespace with what is in it', async () => {
    const namespace = await createNamespace(api)
    await api.create(secret(namespace, 'left-over', { key: 'value' }))
    await api.delete({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
    await waitFor('the end of the namespace', async () => {
      return (await api.find({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })) === undefined
    })
  })

  it('collects a Secret when its owner is gone', async () => {
    const namespace = await createNamespace(api)
    const owner = await api.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'owner', namespace } })
    const owned = secret(namespace, 'owned', { key: 'value' })
    owned.metadata.ownerReferences = [
      { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: owner.metadata.uid ?? '' },
    ]
    await api.create(owned)
    await api.delete(owner)
    await waitFor('the end of the Secret', async () => (await api.find(owned)) === undefined)
  })

  it('refuses privileged pods where the namespace asks for the restricted standard', async () => {
    const name = await createNamespace(api)
    const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' }
    await api.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } })
    await api.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: name } })
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'root', namespace: name },
      spec: { containers: [{ name: 'root', image: 'root', securityContext: { privileged: true } }] },
    }
    await expect(api.create(pod)).rejects.toThrow(/violates PodSecurity "restricted:latest"/)
  })
})

describe('access', () => {
  it('is refused to a user whom no role knows', async () => {
    const stranger = await createApi(await (await controlPlane()).kubeconfigFor({ user: 'stranger' }))
    await expect(stranger.list({ apiVersion: 'v1', kind: 'Secret', namespace: 'default' })).rejects.toMatchObject({
      status: 403,
      message: expect.stringContaining('User "stranger" cannot list resource "secrets"'),
    })
    await stranger.close()
  })

  it('is given to the groups in a user certificate', async () => {
    const kubeconfig = await (await controlPlane()).kubeconfigFor({
      user: 'chief',
      groups: ['chiefs', 'system:masters'],
    })
    const chief = await createApi(kubeconfig)
    const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' }
    const answer = await chief.raw('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', { body: review })
    expect(answer.status.userInfo.username).toBe('chief')
    expect(answer.status.userInfo.groups).toEqual(expect.arrayContaining(['chiefs', 'system:masters']))
    await chief.close()
  })

  it('of the operator ends where a namespace is not granted', async () => {
    const operator = await createApi(await operatorKubeconfig())
    const granted = await createNamespace(api)
    const foreign = await createNamespace(api, { granted: false })
    const written = await operator.create(secret(granted, 'ours', { key: 'value' }))
    expect(written.data).toEqual({ key: Buffer.from('value').toString('base64') })
    await expect(operator.create(secret(foreign, 'ours', { key: 'value' }))).rejects.toMatchObject({ status: 403 })
    await expect(operator.list({ apiVersion: 'v1', kind: 'Secret', namespace: granted })).rejects.toMatchObject({
      status: 403,
    })
    const kubeSystem = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kube-system' } }
    expect((await operator.get(kubeSystem)).metadata.uid).toMatch(/^[0-9a-f-]{36}$/)
    await operator.close()
  })
})

describe('a server that ends at once', () => {
  it('is named with the end of its log, and nothing stays', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'botyard-test-'))
    vi.stubEnv('TMPDIR', folder)
    onTestFinished(() => void vi.unstubAllEnvs())
    const binaries = { ...(await findBinaries()), 'kube-apiserver': '/bin/false' }
    await expect(startControlPlane({ binaries })).rejects.toThrow('Cannot start kube-apiserver: it ended with code 1')
    expect(await readdir(folder)).toEqual([])
    await rmdir(folder)
  })

  it('is named when it cannot even be started', async () => {
    const binaries = { ...(await findBinaries()), etcd: '/nowhere/etcd' }
    await expect(startControlPlane({ binaries })).rejects.toThrow('Cannot start etcd: spawn /nowhere/etcd ENOENT')
  })
})

describe('stop', () => {
  it('leaves no process and no file', async () => {
    const another = await startControlPlane()
    expect(another.processIds.map(isAlive)).toEqual([true, true, true])
    await another.stop()
    expect(another.processIds.map(isAlive)).toEqual([false, false, false])
    await expect(stat(another.directory)).rejects.toMatchObject({ code: 'ENOENT' })
  })
})

describe('a control plane whose parent', () => {
  it.each([
    { ending: 'is killed', args: ['wait'], signal: 'SIGKILL' },
    { ending: 'is interrupted', args: ['wait'], signal: 'SIGINT' },
    { ending: 'comes to its end without stopping it', args: [], signal: undefined },
  ] as const)('$ending ends too, and its folder goes', async ({ args, signal }) => {
    const script = path.join(import.meta.dirname, 'fixtures', 'start-and-wait.ts')
    const parent = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
    const [line] = await once(createInterface(parent.stdout), 'line')
    const { processIds, directory }: { processIds: number[]; directory: string } = JSON.parse(line)
    if (signal !== undefined) {
      expect(processIds.map(isAlive)).toEqual([true, true, true])
      parent.kill(signal)
    }
    await waitFor('the end of all processes', async () => !processIds.some(isAlive))
    await waitFor('the end of the folder', async () => (await stat(directory).catch(() => undefined)) === undefined)
  })
})

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
