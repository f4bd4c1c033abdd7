// What all plans of a run share: the control plane, the operator's bundle, and the folder a kubelet would have given it.

import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { build } from 'esbuild'
import { type Authority, createAuthority } from '../../scripts/control-plane/certificates.ts'
import { operatorAccount } from '../../scripts/control-plane/grant.ts'
import { type Api, adminApi, controlPlane } from '../support/control-plane.ts'

export interface Arena {
  /** May do everything. */
  readonly api: Api
  readonly kubernetes: { url: string; ca: string }
  /** Of every proxy. */
  readonly authority: Authority
  /** Token of the operator's service account, and the authority of the proxies as `ca.crt`. */
  readonly podDirectory: string
  /** The operator in one file. */
  readonly program: string
  /** Folder for logs. */
  readonly directory: string
  close(): Promise<void>
}

/** `sources`: the root of the tree whose operator is run; by default this one. */
export async function openArena({ sources }: { sources?: string } = {}): Promise<Arena> {
  const directory = await mkdtemp(path.join(tmpdir(), 'botyard-crash-'))
  const program = path.join(directory, 'botyard.mjs')
  await bundle(sources ?? path.resolve(import.meta.dirname, '../..'), program)
  // Hundreds of starts of one program: what its compilation gave is kept. The product itself does not know of it.
  process.env['NODE_COMPILE_CACHE'] ??= path.join(directory, 'compiled')
  const plane = await controlPlane()
  const authority = await createAuthority()
  const podDirectory = path.join(directory, 'pod')
  await cp(await plane.podFilesFor(operatorAccount), podDirectory, { recursive: true })
  await writeFile(path.join(podDirectory, 'ca.crt'), authority.certificate)
  const api = await adminApi()
  return {
    ...{ api, authority, podDirectory, program, directory },
    kubernetes: { url: plane.url, ca: plane.ca },
    async close() {
      await api.close()
      // Who looks into one plan wants to read what the operator said.
      if (process.env['BOTYARD_PLAN'] === undefined) await rm(directory, { recursive: true, force: true })
      else process.stdout.write(`The operator's logs: ${directory}\n`)
    },
  }
}

async function bundle(root: string, outfile: string): Promise<void> {
  await build({
    entryPoints: [path.join(root, 'src/main.ts')],
    ...{ outfile, bundle: true, platform: 'node', target: 'node24', format: 'esm', logLevel: 'warning' },
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  })
}
