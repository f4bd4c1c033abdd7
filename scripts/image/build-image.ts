// Builds the operator's image from Dockerfile, upon its default base images or upon others.

import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { type DockerOptions, docker } from './docker.ts'
import type { BaseImages } from './stand-ins.ts'

export interface BuildOptions extends DockerOptions {
  tag: string
  /** Without them the defaults in `Dockerfile`. */
  bases?: BaseImages
}

export interface BuiltImage {
  /** 64 hexadecimal digits: names this very image, whatever its tag says by now. */
  id: string
  tag: string
  /** Of all its layers, not compressed. */
  sizeBytes: number
}

const root = path.resolve(import.meta.dirname, '..', '..')

export async function buildImage({ tag, bases, ...options }: BuildOptions): Promise<BuiltImage> {
  const { version } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as { version: string }
  const labels = ['--build-arg', `VERSION=${version}`, '--build-arg', `REVISION=${await revision()}`]
  const upon = bases === undefined ? [] : flagsFor(bases)
  await docker(['build', ...upon, ...labels, '--tag', tag, root], options)
  const [id, size] = (await docker(['image', 'inspect', '--format', '{{.Id}} {{.Size}}', tag])).split(' ')
  return { id: String(id).replace('sha256:', ''), tag, sizeBytes: Number(size) }
}

/** Stand-ins reach the package registry in the way that this machine does: through its own network. */
const flagsFor = ({ build, runtime }: BaseImages): string[] => [
  ...['--network', 'host'],
  ...['--build-arg', `BUILD_IMAGE=${build}`],
  ...['--build-arg', `RUNTIME_IMAGE=${runtime}`],
]

const run = promisify(execFile)

/** The commit, where there is one; changes on top of it are not told. */
const revision = (): Promise<string> =>
  run('git', ['rev-parse', 'HEAD'], { cwd: root }).then(
    ({ stdout }) => stdout.trim(),
    () => 'unknown',
  )
