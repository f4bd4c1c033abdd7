// Writes every file that follows from another: the CRD and the reference pages from src/api, the client types from openapi.
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stringify } from 'yaml'
import { generateHcloudTypes } from '../openapi/generate.ts'
import { projectDefinition } from '../src/api/crd.ts'
import { conditionsPage } from './generate/conditions-page.ts'
import { projectPage } from './generate/project-page.ts'

const notice = 'Generated from src/api by `npm run generate`. Do not edit.'
const definition = projectDefinition()

const files = {
  'crds/botyard.dev_projects.yaml': `# ${notice}\n${stringify(definition, { sortMapEntries: true, aliasDuplicateObjects: false })}`,
  'docs/reference/project.md': `<!-- ${notice} -->\n${projectPage(definition)}`,
  'docs/reference/conditions.md': `<!-- ${notice} -->\n${conditionsPage()}`,
}

for (const [name, content] of Object.entries(files)) {
  const path = fileURLToPath(new URL(`../${name}`, import.meta.url))
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, content)
}
await generateHcloudTypes()
