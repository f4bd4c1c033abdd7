// Downloads the released servers. One attempt with a short wait for the first answer: where there is no way out to the
// internet this must fail fast, because a build can follow.
//
// The checksums are the ones published beside the binaries, fetched over HTTPS in the same go: they catch a broken or
// truncated download, not a publisher who was broken into. A build from the Go module is checked against go.sum.

import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmod, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { EnvHttpProxyAgent, fetch as undiciFetch } from 'undici'
import { allPrograms, etcdVersion, kubernetesVersion } from './versions.ts'

const run = promisify(execFile)

export type Fetch = (url: string, options: { signal: AbortSignal }) => Promise<Response>

export interface DownloadOptions {
  say(line: string): void
  fetch?: Fetch
  platform?: NodeJS.Platform
  arch?: string
  /** How long the first, small file may take, in milliseconds. */
  firstAnswerWithin?: number
  /** How long one binary may take once the way is known to be open, in milliseconds. */
  binaryWithin?: number
}

interface Release {
  name: string
  url: string
  checksumUrl: string
}

/** Downloads every program into a folder, or throws: unknown platform, no answer in time, wrong checksum. */
export async function downloadReleases(into: string, options: DownloadOptions): Promise<void> {
  const { say, firstAnswerWithin = 5_000, binaryWithin = 300_000 } = options
  const get = createGet(options.fetch ?? proxiedFetch())
  const releases = releasesFor(options)
  const checksums = await Promise.all(
    releases.map(async ({ name, checksumUrl }) => {
      return findChecksum((await get(checksumUrl, firstAnswerWithin)).toString('utf8'), name)
    }),
  )
  for (const [index, { name, url }] of releases.entries()) {
    say(`downloading ${url}`)
    const content = await get(url, binaryWithin)
    const actual = createHash('sha256').update(content).digest('hex')
    if (actual !== checksums[index]) throw new Error(`Cannot use ${url}: its SHA-256 is ${actual}`)
    await install(content, path.join(into, name))
  }
}

function releasesFor({ platform = process.platform, arch = process.arch }: DownloadOptions): Release[] {
  const goArch = arch === 'x64' ? 'amd64' : arch
  // Kubernetes publishes servers for Linux only.
  if (platform !== 'linux') throw new Error(`Cannot download the control plane: no releases for ${platform}`)
  const kubernetes = allPrograms
    .filter((name) => name !== 'etcd')
    .map((name) => {
      const url = `https://dl.k8s.io/${kubernetesVersion}/bin/linux/${goArch}/${name}`
      return { name, url, checksumUrl: `${url}.sha256` }
    })
  const etcdBase = `https://github.com/etcd-io/etcd/releases/download/${etcdVersion}`
  const archive = `etcd-${etcdVersion}-linux-${goArch}.tar.gz`
  return [...kubernetes, { name: archive, url: `${etcdBase}/${archive}`, checksumUrl: `${etcdBase}/SHA256SUMS` }]
}

/** Reads a file that holds one bare checksum, or lines of checksum and file name. */
function findChecksum(text: string, name: string): string {
  const fields = text.split('\n').map((line) => line.trim().split(/\s+/))
  const line = fields.find(([, file]) => file === undefined || file.replace(/^\*/, '') === name)
  const checksum = line?.[0]
  if (checksum === undefined || !/^[0-9a-f]{64}$/.test(checksum)) {
    throw new Error(`Cannot check ${name}: no SHA-256 is published for it`)
  }
  return checksum
}

async function install(content: Buffer, target: string): Promise<void> {
  await writeFile(target, content)
  if (!target.endsWith('.tar.gz')) return chmod(target, 0o755)
  const folder = path.basename(target, '.tar.gz')
  await run('tar', ['-xzf', target, '-C', path.dirname(target), '--strip-components=1', `${folder}/etcd`])
  await rm(target)
}

function createGet(fetch: Fetch): (url: string, within: number) => Promise<Buffer> {
  return async (url, within) => {
    const response = await fetch(url, { signal: AbortSignal.timeout(within) })
    if (!response.ok) throw new Error(`Cannot download ${url}: the answer is ${response.status}`)
    return Buffer.from(await response.arrayBuffer())
  }
}

function proxiedFetch(): Fetch {
  const dispatcher = new EnvHttpProxyAgent()
  return async (url, options) => (await undiciFetch(url, { ...options, dispatcher })) as unknown as Response
}
