// The image as it ships, but for its bases: built by Dockerfile upon stand-ins, run as a cluster would run it.

import { spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../../scripts/control-plane/free-port.ts'
import { operatorAccount } from '../../scripts/control-plane/grant.ts'
import { type BuiltImage, buildImage } from '../../scripts/image/build-image.ts'
import { docker, dockerTrouble } from '../../scripts/image/docker.ts'
import { makeStandIns } from '../../scripts/image/stand-ins.ts'
import { systemClock } from '../../simulators/kit/clock.ts'
import { serve } from '../../simulators/kit/serve.ts'
import { createWorld } from '../../simulators/world.ts'
import { type Api, adminApi, controlPlane, type KubeObject, waitFor } from '../support/control-plane.ts'
import {
  clearProjects,
  createTenant,
  holdingsOf,
  nothing,
  projectOf,
  quick,
  untilGone,
  untilReady,
} from '../support/test-lab.ts'
import { type OperatorContainer, startOperatorContainer } from './operator-container.ts'

const trouble = process.platform === 'linux' ? await dockerTrouble() : 'the network of this machine cannot be shared'
if (trouble !== undefined) process.stdout.write(`image: its tests are skipped: ${trouble}\n`)

describe.skipIf(trouble !== undefined)(`the image${trouble === undefined ? '' : ` (skipped: ${trouble})`}`, () => {
  let image: BuiltImage
  let api: Api
  const ends: (() => Promise<unknown>)[] = []

  beforeAll(async () => {
    api = await adminApi()
    ends.push(() => api.close())
    image = await buildImage({ tag: 'botyard:test', bases: await makeStandIns() })
    process.stdout.write(`image: ${(image.sizeBytes / 1e6).toFixed(1)} MB\n`)
  }, 600_000)

  afterAll(async () => {
    for (const end of ends.reverse()) await end()
  })

  it('tells its flags, and refuses one that it does not know', async () => {
    const run = (flag: string) => docker(['run', '--rm', '--network', 'none', '--read-only', image.id, flag])
    expect(await run('--help')).toContain('--service-account-directory')
    await expect(run('--nope')).rejects.toThrow(/exit code 2\nbotyard: unknown flag --nope/)
  })

  it('holds Node, the bundle and the C library, and nothing that its user could run or change', async () => {
    const files = await filesOf(image)
    expect(files.map(({ path }) => path).filter((path) => path.startsWith('app/'))).toEqual([
      'app/LICENSE',
      'app/botyard.mjs',
      'app/botyard.mjs.LEGAL.txt',
    ])
    const programs = files.filter(({ mode, path }) => mode.includes('x') && !/\.so(\.\d+)*$/.test(path))
    expect(programs.map(({ path }) => path)).toEqual(['nodejs/bin/node'])
    // Set-uid, or writable by all.
    expect(files.filter(({ mode }) => /s|^.{8}w/i.test(mode))).toEqual([])
    expect(files.filter(({ owner }) => owner !== '0/0')).toEqual([])
  })

  it('makes a Project Ready with what a restricted pod has, and ends when told to', {
    timeout: 180_000,
  }, async (test) => {
    const { world, services } = await startWorld()
    await clearProjects(api)
    const tenant = await createTenant(api)
    const project = projectOf(tenant)
    await api.apply(project)

    const operator = await startContainer(services)
    test.onTestFailed(() => void process.stderr.write(operator.log()))
    const millis = (await untilFirstStatus(project)) - operator.startedAt
    const waited = await operator.waitedForCore()
    process.stdout.write(`image: ${millis} ms from start to first reconcile, ${waited} of them waiting for a core\n`)
    await untilReady(api, project, 60_000)

    expect(await operator.kernelView()).toMatchObject({
      Uid: '65532\t65532\t65532\t65532',
      Gid: '65532\t65532\t65532\t65532',
      NoNewPrivs: '1',
      CapEff: '0000000000000000',
      CapBnd: '0000000000000000',
      Seccomp: '2',
    })

    await api.delete(project)
    await untilGone(api, project, 60_000)
    expect(holdingsOf(world, tenant)).toEqual(nothing)
    expect(await operator.stop(20)).toBe(0)
  })

  async function startWorld() {
    const world = createWorld({ clock: systemClock({ speed: 1 }), seed: randomInt(1, 2 ** 31), ...quick })
    const [hcloud, telegram] = await Promise.all([serve(world.hcloud.fetch), serve(world.telegram.fetch)])
    ends.push(async () => world.stop(), hcloud.close, telegram.close)
    return { world, services: { hcloud: `${hcloud.url}/v1`, telegram: telegram.url } }
  }

  async function startContainer(services: { hcloud: string; telegram: string }): Promise<OperatorContainer> {
    const cluster = await controlPlane()
    const flags = {
      'hcloud-endpoint': services.hcloud,
      'telegram-endpoint': services.telegram,
      'allow-probe-range': '127.64.0.0/10',
      'health-address': `127.0.0.1:${await freePort()}`,
      'hcloud-sweep-interval': '2s',
      'hcloud-action-poll-interval': '100ms',
      drain: '2s',
    }
    const operator = await startOperatorContainer({
      image: image.id,
      apiServer: cluster.url,
      serviceAccount: await cluster.podFilesFor(operatorAccount),
      args: ['--lab', ...Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value])],
    })
    ends.push(() => operator.stop(0).catch(() => undefined))
    return operator
  }

  /** When the API server first had a status from an operator, in milliseconds since 1970. */
  async function untilFirstStatus(project: KubeObject): Promise<number> {
    const look = async () => (await api.find(project))?.['status']?.conditions?.length > 0
    await waitFor('a first status', look, { within: 30_000, every: 10 })
    return Date.now()
  }
})

interface FileView {
  /** As `tar` tells it: `-rwxr-xr-x`. */
  mode: string
  owner: string
  path: string
}

/** Every file of the image that is no folder, in order; without the empty ones that Docker mounts over. */
async function filesOf(image: BuiltImage): Promise<FileView[]> {
  const id = await docker(['create', '--network', 'none', image.id])
  const tar = spawn('sh', ['-c', `docker export ${id} | tar --list --verbose --numeric-owner`])
  try {
    const [list] = await Promise.all([text(tar.stdout), once(tar, 'close')])
    return list
      .trim()
      .split('\n')
      .flatMap((line) => {
        const [mode = '', owner = '', size, , , path = ''] = line.split(/\s+/)
        const isMountPoint = size === '0' || mode.startsWith('d') || mode.startsWith('l')
        return isMountPoint ? [] : [{ mode, owner, path }]
      })
  } finally {
    await docker(['rm', id])
  }
}
