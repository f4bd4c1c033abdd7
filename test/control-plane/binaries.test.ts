import { createHash } from 'node:crypto'
import { access, chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cacheDirectory, findBinaries, type Source } from '../../scripts/control-plane/binaries.ts'
import { downloadReleases, type Fetch } from '../../scripts/control-plane/download.ts'
import {
  allPrograms,
  etcdVersion,
  kubernetesVersion,
  releaseName,
  requiredPrograms,
} from '../../scripts/control-plane/versions.ts'

let directory: string

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'botyard-binaries-test-'))
})
afterEach(() => rm(directory, { recursive: true }))

async function writePrograms(into: string, names: readonly string[]): Promise<void> {
  await mkdir(into, { recursive: true })
  for (const name of names) {
    await writeFile(path.join(into, name), '')
    await chmod(path.join(into, name), 0o755)
  }
}

const assets = () => path.join(directory, 'assets')
const cache = () => path.join(directory, 'cache')
const env = (more: NodeJS.ProcessEnv = {}) => ({ BOTYARD_CONTROL_PLANE_CACHE: cache(), ...more })
const release = () => path.join(cache(), releaseName())
const say = () => {}
const works: Source = { name: 'works', fill: (into) => writePrograms(into, allPrograms) }
const fails: Source = {
  name: 'fails',
  async fill(into) {
    await writeFile(path.join(into, 'half a program'), '')
    throw new Error('out of order')
  },
}
const mustNotRun: Source = { name: 'must not run', fill: () => Promise.reject(new Error('ran')) }

describe('findBinaries', () => {
  it('takes all from KUBEBUILDER_ASSETS when all are there', async () => {
    await writePrograms(assets(), requiredPrograms)
    const found = await findBinaries({ env: env({ KUBEBUILDER_ASSETS: assets() }), say, sources: [mustNotRun] })
    expect(found.etcd).toBe(path.join(assets(), 'etcd'))
    expect(found.kubectl).toBeUndefined()
  })

  it('adds from the cache what KUBEBUILDER_ASSETS lacks', async () => {
    await writePrograms(assets(), ['etcd', 'kube-apiserver', 'kubectl'])
    await writePrograms(release(), allPrograms)
    const found = await findBinaries({ env: env({ KUBEBUILDER_ASSETS: assets() }), say, sources: [mustNotRun] })
    expect(found).toEqual({
      etcd: path.join(assets(), 'etcd'),
      'kube-apiserver': path.join(assets(), 'kube-apiserver'),
      'kube-controller-manager': path.join(release(), 'kube-controller-manager'),
      kubectl: path.join(assets(), 'kubectl'),
    })
  })

  it('prefers the cache to fetching', async () => {
    await writePrograms(release(), allPrograms)
    expect((await findBinaries({ env: env(), say, sources: [mustNotRun] })).etcd).toBe(path.join(release(), 'etcd'))
  })

  it('goes on to the next source when one fails, and says so', async () => {
    const lines: string[] = []
    await findBinaries({ env: env(), say: (line) => lines.push(line), sources: [fails, works] })
    expect(lines).toEqual(['no control plane by fails: out of order'])
    await expect(access(path.join(release(), 'half a program'))).rejects.toThrow()
    expect((await findBinaries({ env: env(), say, sources: [mustNotRun] })).etcd).toBe(path.join(release(), 'etcd'))
  })

  it('says of every source why it failed when all did', async () => {
    const other: Source = { name: 'other', fill: () => Promise.reject(new Error('not at home')) }
    await expect(findBinaries({ env: env(), say, sources: [fails, other] })).rejects.toThrow(
      'Cannot get a control plane: out of order; not at home',
    )
  })

  it.each([
    { name: 'its own variable', env: { BOTYARD_CONTROL_PLANE_CACHE: '/own', XDG_CACHE_HOME: '/xdg' }, want: /^\/own$/ },
    { name: 'XDG_CACHE_HOME', env: { XDG_CACHE_HOME: '/xdg' }, want: /^\/xdg\/botyard\/control-plane$/ },
    { name: 'the home folder', env: {}, want: /\/\.cache\/botyard\/control-plane$/ },
  ])('caches where $name says', ({ env, want }) => {
    expect(cacheDirectory(env)).toMatch(want)
  })
})

describe('downloadReleases', () => {
  const program = 'a program'
  const sum = createHash('sha256').update(program).digest('hex')

  /** A host whose checksum files say `published` and whose binaries hold `program`. */
  const host =
    (published: string): Fetch =>
    async (url) => {
      if (url.endsWith('SHA256SUMS')) return new Response(`${published}  etcd-${etcdVersion}-linux-amd64.tar.gz\n`)
      return new Response(url.endsWith('.sha256') ? published : program)
    }
  const linux = { say, platform: 'linux', arch: 'x64' } as const

  it('refuses a binary whose checksum differs, and writes nothing', async () => {
    const other = sum.replaceAll(/./g, '0')
    await expect(downloadReleases(directory, { ...linux, fetch: host(other) })).rejects.toThrow(
      `kube-apiserver: its SHA-256 is ${sum}`,
    )
    await expect(access(path.join(directory, 'kube-apiserver'))).rejects.toThrow()
  })

  it('installs what matches', async () => {
    // The archive of etcd comes last and is none here, so that unpacking it must fail.
    await expect(downloadReleases(directory, { ...linux, fetch: host(sum) })).rejects.toThrow(/tar/)
    expect(await readFile(path.join(directory, 'kube-apiserver'), 'utf8')).toBe(program)
    await access(path.join(directory, 'kubectl'), 1)
  })

  it('refuses a checksum file that holds none', async () => {
    const fetch = host('<html>moved</html>')
    await expect(downloadReleases(directory, { ...linux, fetch })).rejects.toThrow('no SHA-256 is published')
  })

  it('gives up quickly where nobody answers', async () => {
    const silent: Fetch = (_url, { signal }) => {
      return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    }
    const started = performance.now()
    await expect(downloadReleases(directory, { ...linux, fetch: silent, firstAnswerWithin: 50 })).rejects.toThrow()
    expect(performance.now() - started).toBeLessThan(2_000)
  })

  it('does not ask for what is not published', async () => {
    const fetch: Fetch = () => Promise.reject(new Error('asked'))
    await expect(downloadReleases(directory, { say, fetch, platform: 'darwin' })).rejects.toThrow(
      'no releases for darwin',
    )
  })
})

describe('versions', () => {
  it('are those of the Go module', async () => {
    const goMod = await readFile('scripts/control-plane/go.mod', 'utf8')
    expect(goMod).toContain(`k8s.io/kubernetes ${kubernetesVersion}\n`)
    expect(goMod).toContain(`go.etcd.io/etcd/server/v3 ${etcdVersion}\n`)
    const staged = [...goMod.matchAll(/=> (?:k8s\.io\/\S+) (\S+)/g)].map(([, version]) => version)
    expect(new Set(staged)).toEqual(new Set([kubernetesVersion.replace('v1.', 'v0.')]))
    expect(staged.length).toBeGreaterThan(30)
  })
})
