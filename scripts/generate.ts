// Writes every file that follows from another: the CRD and the reference pages from src/api, the client types from openapi,
// the page of flags from theirs, the chart's values from their schema, plain manifests from the chart,
// the schema of fault plans from the simulators.
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stringify } from 'yaml'
import { generateHcloudTypes } from '../openapi/generate.ts'
import { faultPlanSchema } from '../simulators/kit/fault-plan.ts'
import { projectDefinition } from '../src/api/crd.ts'
import { crdTemplate } from './generate/chart-crd.ts'
import { chartValuesPage, valuesYaml } from './generate/chart-values.ts'
import { conditionsPage } from './generate/conditions-page.ts'
import { eventsPage } from './generate/events-page.ts'
import { flagsPage } from './generate/flags-page.ts'
import { grantManifest, operatorManifest } from './generate/manifests.ts'
import { metricsPage } from './generate/metrics-page.ts'
import { projectPage } from './generate/project-page.ts'
import { readValuesSchema } from './generate/values-schema.ts'

const from = (source: string) => `Generated from ${source} by \`npm run generate\`. Do not edit.`
const notice = from('src/api')
const definition = projectDefinition()
const values = await readValuesSchema()

await write({
  'crds/botyard.dev_projects.yaml': `# ${notice}\n${stringify(definition, { sortMapEntries: true, aliasDuplicateObjects: false })}`,
  'docs/reference/project.md': `<!-- ${notice} -->\n${projectPage(definition)}`,
  'docs/reference/conditions.md': `<!-- ${notice} -->\n${conditionsPage()}`,
  'charts/botyard/templates/crd.yaml': `{{/* ${notice} */}}\n${crdTemplate(definition)}`,
  'charts/botyard/values.yaml': `# ${from('values.schema.json')}\n${valuesYaml(values)}`,
  'docs/reference/chart-values.md': `<!-- ${from('charts/botyard/values.schema.json')} -->\n${chartValuesPage(values)}`,
  'docs/reference/events.md': `<!-- ${from('src/reconcilers/events.ts')} -->\n${eventsPage()}`,
  'docs/reference/metrics.md': `<!-- ${from('src/serving/metrics.ts')} -->\n${metricsPage()}`,
  'docs/reference/flags.md': `<!-- ${from('src/flags.ts')} -->\n${flagsPage()}`,
  'docs/reference/fault-plan.schema.json': `${JSON.stringify(faultPlanSchema(), null, 2)}\n`,
})
// Rendered from the chart that was written just now.
await write({
  'deploy/botyard.yaml': `# ${from('charts/botyard')}\n${await operatorManifest()}`,
  'deploy/grant.yaml': `# ${from('charts/botyard')}\n${await grantManifest()}`,
})
await generateHcloudTypes()

async function write(files: Record<string, string>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const path = fileURLToPath(new URL(`../${name}`, import.meta.url))
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, content)
  }
}
