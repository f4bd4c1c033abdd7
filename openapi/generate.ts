// Makes the TypeScript types of the Hetzner client from openapi/hcloud.yaml. Runs by itself, too.

import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import openapiTS, { astToString } from 'openapi-typescript'

const source = new URL('hcloud.yaml', import.meta.url)
const target = new URL('../src/providers/hcloud/api.gen.ts', import.meta.url)
const header = '// Generated from openapi/hcloud.yaml by `npm run generate`. Do not edit.\n\n'

/** Writes `src/providers/hcloud/api.gen.ts`; answers its path. */
export async function generateHcloudTypes(): Promise<string> {
  const types = await openapiTS(source, { alphabetize: false, immutable: false, silent: true })
  await writeFile(target, header + astToString(types))
  return fileURLToPath(target)
}

if (import.meta.main) await generateHcloudTypes()
