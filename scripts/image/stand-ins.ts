// Stands in for the base images where no image registry can be reached: the Node that runs this, the C libraries it needs,
// and for building also npm and a shell. Made on this machine for this machine; never to be published.

import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { type DockerOptions, docker } from './docker.ts'
import { sharedLibrariesOf } from './shared-libraries.ts'

const run = promisify(execFile)

/** What `Dockerfile` is built upon. */
export interface BaseImages {
  build: string
  runtime: string
}

/** Node in the places where the real bases have it: distroless, and the official Node image. */
const nodeAtRuntime = '/nodejs/bin/node'
const nodeForBuilding = '/usr/local/bin/node'
const npmFolder = '/usr/local/lib/node_modules/npm'
const certificates = '/etc/ssl/certs/ca-certificates.crt'

/** Builds both and answers their names. Docker's own cache makes the second time quick. */
export async function makeStandIns(options: DockerOptions = {}): Promise<BaseImages> {
  if (process.platform !== 'linux' || Number.parseInt(process.versions.node, 10) < 24)
    throw new Error(`Cannot make stand-ins from Node ${process.version} on ${process.platform}: run Node 24 on Linux`)
  const runtime = 'botyard-stand-in-runtime:local'
  const build = 'botyard-stand-in-build:local'
  await imageOf({ tag: runtime, fill: fillRuntime, settings: [] }, options)
  const settings = [`ENV PATH=/usr/local/bin:/bin NODE_EXTRA_CA_CERTS=${certificates}`]
  await imageOf({ tag: build, fill: fillBuild, settings }, options)
  return { build, runtime }
}

interface StandIn {
  tag: string
  fill(root: string): Promise<void>
  settings: readonly string[]
}

async function imageOf({ tag, fill, settings }: StandIn, options: DockerOptions): Promise<void> {
  const context = await mkdtemp(path.join(tmpdir(), 'botyard-stand-in-'))
  try {
    const root = path.join(context, 'root')
    await fill(root)
    // Whatever the umask here: the image's user belongs to neither owner nor group.
    await run('chmod', ['-R', 'u=rwX,go=rX', root])
    await writeFile(path.join(context, 'Dockerfile'), ['FROM scratch', 'COPY root /', ...settings, ''].join('\n'))
    await docker(['build', '--tag', tag, context], options)
  } finally {
    await rm(context, { recursive: true, force: true })
  }
}

async function fillRuntime(root: string): Promise<void> {
  await copyProgram(root, process.execPath, nodeAtRuntime)
  await write(path.join(root, '/etc/passwd'), 'nonroot:x:65532:65532:nonroot:/:/sbin/nologin\n')
  await write(path.join(root, '/etc/group'), 'nonroot:x:65532:\n')
  await write(path.join(root, '/etc/nsswitch.conf'), 'hosts: files dns\n')
}

async function fillBuild(root: string): Promise<void> {
  await copyProgram(root, process.execPath, nodeForBuilding)
  await copyProgram(root, '/bin/sh', '/bin/sh')
  await cp(await findNpm(), path.join(root, npmFolder), { recursive: true, dereference: true })
  // npm's own launcher asks for /usr/bin/env.
  const launcher = `#!/bin/sh\nexec ${nodeForBuilding} ${npmFolder}/bin/npm-cli.js "$@"\n`
  await write(path.join(root, '/usr/local/bin/npm'), launcher, 0o755)
  // What this machine trusts: it may stand behind a proxy with an authority of its own.
  await write(path.join(root, certificates), await readFile(certificates, 'utf8').catch(() => ''))
  await mkdir(path.join(root, 'tmp'))
}

/** The folder of the npm that has started this, else of the one on the path. */
async function findNpm(): Promise<string> {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter)
  for (const file of [process.env['npm_execpath'], ...folders.map((folder) => path.join(folder, 'npm'))]) {
    const real = file && (await realpath(file).catch(() => undefined))
    if (real && path.basename(real) === 'npm-cli.js') return path.dirname(path.dirname(real))
  }
  throw new Error('Cannot find npm: put it on the PATH')
}

/** Copies it to `target` and its libraries to where the loader looks for them; links are followed. */
async function copyProgram(root: string, program: string, target: string): Promise<void> {
  await copy(program, path.join(root, target))
  for (const library of await sharedLibrariesOf(program)) await copy(library, path.join(root, library))
}

const copy = (from: string, to: string): Promise<void> => cp(from, to, { dereference: true })

async function write(file: string, text: string, mode = 0o644): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true })
  await writeFile(file, text, { mode })
}
