// What is committed beside the chart is what the chart says: plain manifests, the CRD, the defaults.

import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { KubeObject } from '../../scripts/control-plane/api.ts'
import { crdTemplate } from '../../scripts/generate/chart-crd.ts'
import { chartValuesPage, valuesYaml } from '../../scripts/generate/chart-values.ts'
import { grantManifest, operatorManifest } from '../../scripts/generate/manifests.ts'
import { readValuesSchema } from '../../scripts/generate/values-schema.ts'
import { findHelm } from '../../scripts/helm/find-helm.ts'
import { renderChart } from '../../scripts/helm/render-chart.ts'
import { projectDefinition } from '../../src/api/crd.ts'

const root = path.resolve(import.meta.dirname, '..', '..')
const read = (file: string) => readFile(path.join(root, file), 'utf8')
const withoutNotice = async (file: string) => (await read(file)).replace(/^.*Do not edit.*\n/, '')

beforeAll(async () => void (await findHelm()), 120_000)

describe('the files beside the chart', () => {
  it.each([
    { file: 'deploy/botyard.yaml', made: operatorManifest },
    { file: 'deploy/grant.yaml', made: grantManifest },
    { file: 'charts/botyard/values.yaml', made: async () => valuesYaml(await readValuesSchema()) },
    { file: 'docs/reference/chart-values.md', made: async () => chartValuesPage(await readValuesSchema()) },
    { file: 'charts/botyard/templates/crd.yaml', made: async () => crdTemplate(projectDefinition()) },
  ])('$file is what `npm run generate` makes', async ({ file, made }) => {
    expect(await withoutNotice(file)).toBe(await made())
  })

  it('hold the same CRD as crds/, kept when the release goes', async () => {
    const [rendered] = (await renderChart()).filter(({ kind }) => kind === 'CustomResourceDefinition')
    const plain: KubeObject = parse(await read('crds/botyard.dev_projects.yaml'))
    expect(rendered?.['spec']).toEqual(plain['spec'])
    expect(rendered?.metadata).toMatchObject({ ...plain.metadata, annotations: { 'helm.sh/resource-policy': 'keep' } })
  })

  it('leave text of the CRD alone that looks like a template', async () => {
    const definition = projectDefinition()
    const odd = { ...definition, spec: { ...definition.spec, scope: '{{ .Values.clusterID }}' as 'Namespaced' } }
    expect(crdTemplate(odd)).toContain('{{ "{{" }} .Values.clusterID }}')
  })

  it('grant no namespace by themselves', async () => {
    expect(parse(await read('deploy/grant.yaml')).metadata.namespace).toBeUndefined()
  })
})
