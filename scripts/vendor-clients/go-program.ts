// The program of test/vendor-clients that uses the vendor's Go library, built once for each change of it.

import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { buildGo } from '../go.ts'
import { type Prepared, preparedFolder } from './prepared.ts'
import { ask } from './programs.ts'

const modules = path.resolve(import.meta.dirname, '../../test/vendor-clients')

/** Path of the program. */
export async function prepareGoProgram(name: string): Promise<Prepared<string>> {
  const version = await ask('go', ['env', 'GOVERSION'])
  if (version === undefined) return { missing: 'needs Go 1.26 or later' }
  const module = path.join(modules, name)
  const files = await readdir(module)
  const folder = await preparedFolder({
    name,
    inputs: files.toSorted().map((file) => path.join(module, file)),
    more: version,
    fill: (into) => buildGo({ module, output: path.join(into, name), what: name }),
  })
  return { ready: path.join(folder, name) }
}
