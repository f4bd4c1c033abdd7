// The generated CustomResourceDefinition as a real API server takes it: no warning, all defaults, columns and explanations.
import { readFile } from 'node:fs/promises'
import { Agent, request } from 'undici'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { parse } from 'yaml'
import { readKubeconfig } from '../../scripts/control-plane/kubeconfig.ts'
import { projectDefinition } from '../../src/api/crd.ts'
import { parseProject } from '../../src/api/project.ts'
import { type Api, adminApi, createNamespace, type KubeObject } from '../support/control-plane.ts'
import { completeSpec, recordedServer, smallest, withBot } from './manifests.ts'

let api: Api
let namespace: string

beforeAll(async () => {
  api = await adminApi()
  namespace = await createNamespace(api, { prefix: 'crd', granted: false })
})
afterAll(() => api.close())

const projects = () => `/apis/botyard.dev/v1alpha1/namespaces/${namespace}/projects`

describe('the definition', () => {
  it('is what the file in crds/ says', async () => {
    const file = await readFile(new URL('../../crds/botyard.dev_projects.yaml', import.meta.url), 'utf8')
    expect(parse(file)).toEqual(projectDefinition())
  })

  it('is taken without a warning, under strict checking of fields', async () => {
    const connection = await adminApi()
    const definition = projectDefinition()
    const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${definition.metadata.name}`
    const query = { fieldManager: 'test', force: 'true', fieldValidation: 'Strict' }
    await connection.raw('PATCH', path, { body: definition, query, contentType: 'application/apply-patch+yaml' })
    expect(connection.warnings).toEqual([])
    await connection.close()
  })

  it('is established, with its names accepted and its schema structural', async () => {
    const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/projects.botyard.dev'
    const { status } = await api.raw('GET', path)
    const held = status.conditions.filter((condition: { status: string }) => condition.status === 'True')
    expect(held.map((condition: { type: string }) => condition.type).sort()).toEqual(['Established', 'NamesAccepted'])
    expect(status.acceptedNames).toMatchObject({ shortNames: ['proj'], categories: ['botyard'], kind: 'Project' })
  })
})

describe('a stored Project', () => {
  it('has every default, and is what parseProject makes of the bare manifest', async () => {
    const stored = await api.create(withBot(namespace, 'defaults'))
    expect(stored['status']).toEqual({ observedGeneration: -1 })
    expect(stored['spec']).toEqual(completeSpec)
    const bare = { ...withBot(namespace, 'defaults'), metadata: stored.metadata }
    expect(parseProject(bare)).toMatchObject({ ok: true, project: { spec: stored['spec'] } })
    expect(parseProject(stored)).toMatchObject({
      ok: true,
      project: { spec: stored['spec'], status: { observedGeneration: -1 } },
    })
  })

  it('without a bot has no telegram', async () => {
    const stored = await api.create(smallest(namespace, 'without-bot'))
    expect(stored['spec']).not.toHaveProperty('telegram')
  })

  it('stays the same however often it is applied', async () => {
    const apply = () => api.apply(withBot(namespace, 'applied'))
    const first = await apply()
    // The default of status is put in on reading; the second write is the first to store it.
    const second = await apply()
    expect(withoutMeta(second)).toEqual(withoutMeta(first))
    expect(second.metadata.generation).toBe(1)
    expect(await apply()).toEqual(second)
  })

  it('ignores a status that a user applies', async () => {
    const stored = await api.create({ ...smallest(namespace, 'liar'), status: { summary: 'ready' } })
    expect(stored['status']).toEqual({ observedGeneration: -1 })
  })

  it('takes a status only within its bounds, and each condition once', async () => {
    const project = smallest(namespace, 'bounded')
    await api.create(project)
    const write = (status: unknown) => api.patch(project, { status }, { subresource: 'status' })
    const condition = {
      type: 'Ready',
      status: 'True',
      reason: 'Available',
      message: '',
      lastTransitionTime: '2026-01-01T00:00:00Z',
      observedGeneration: 1,
    }
    await expect(write({ conditions: [condition] })).resolves.toBeDefined()
    await expect(write({ conditions: [condition, condition] })).rejects.toThrow('Duplicate value')
    await expect(write({ conditions: [{ ...condition, lastTransitionTime: 'now' }] })).rejects.toThrow('date-time')
    await expect(write({ conditions: [{ ...condition, message: 'a'.repeat(4_097) }] })).rejects.toThrow(
      'may not be more than 4096',
    )
    await expect(write({ summary: 'a'.repeat(257) })).rejects.toThrow('may not be more than 256')
    await expect(write({ server: { ...recordedServer, id: 2 ** 53 } })).rejects.toThrow('less than or equal to')
  })
})

const withoutMeta = ({ spec, status }: KubeObject) => ({ spec, status })

describe('kubectl get', () => {
  it('shows the columns of the design, the last four only when wide', async () => {
    const table = await tableOf(projects())
    const columns = table.columnDefinitions.filter(({ name }) => name !== 'Name')
    expect(columns.filter(({ priority }) => priority === 0).map(({ name }) => name.toUpperCase())).toEqual([
      'READY',
      'STATUS',
      'TYPE',
      'LOCATION',
      'IPV4',
      'BOT',
      'COST/MO',
      'AGE',
    ])
    expect(columns.filter(({ priority }) => priority === 1).map(({ name }) => name.toUpperCase())).toEqual([
      'REASON',
      'WEBHOOK',
      'BACKLOG',
      'SERVER-ID',
    ])
  })

  it('fills every column from the status', async () => {
    const project = withBot(namespace, 'shown')
    await api.create(project)
    const condition = { status: 'True', message: '', lastTransitionTime: '2026-01-01T00:00:00Z', observedGeneration: 1 }
    const status = {
      summary: 'Serves @echo_bot',
      server: recordedServer,
      address: { id: 1, ipv4: '192.0.2.1', location: 'nbg1' },
      telegram: { botID: 42, botUsername: 'echo_bot', backlog: 10 },
      cost: { currency: 'EUR', hourlyNet: '0.0060', monthlyNet: '3.79' },
      conditions: [
        { ...condition, type: 'Ready', reason: 'Available' },
        { ...condition, type: 'WebhookReady', reason: 'Registered' },
      ],
    }
    await api.patch(project, { status }, { subresource: 'status' })
    const { rows } = await tableOf(`${projects()}/shown`)
    const [, ...cells] = rows[0]?.cells ?? []
    expect(cells).toEqual([
      'True',
      'Serves @echo_bot',
      'cx23',
      'nbg1',
      '192.0.2.1',
      'echo_bot',
      '3.79',
      expect.stringMatching(/^\d+s$/),
      'Available',
      'Registered',
      10,
      4711,
    ])
  })
})

describe('kubectl explain', () => {
  it('has a description for every field', async () => {
    const document = await api.raw('GET', '/openapi/v3/apis/botyard.dev/v1alpha1')
    const schema = document.components.schemas['dev.botyard.v1alpha1.Project']
    expect(undescribed(schema.properties.spec, 'spec')).toEqual([])
    expect(undescribed(schema.properties.status, 'status')).toEqual([])
  })
})

interface Explained {
  description?: string
  properties?: Record<string, Explained>
  items?: Explained
}

function undescribed(schema: Explained, path: string): string[] {
  const members = Object.entries(schema.properties ?? schema.items?.properties ?? {})
  const own = schema.description === undefined || schema.description === '' ? [path] : []
  return [...own, ...members.flatMap(([name, member]) => undescribed(member, `${path}.${name}`))]
}

interface Table {
  columnDefinitions: { name: string; priority: number }[]
  rows: { cells: unknown[] }[]
}

/** The form in which kubectl asks for a list that it prints. */
async function tableOf(path: string): Promise<Table> {
  const { url, ca, credentials } = await readKubeconfig(inject('controlPlane').adminKubeconfig)
  if (!('certificate' in credentials)) throw new Error('Cannot read the table: the administrator has no certificate')
  const dispatcher = new Agent({ connect: { ca, cert: credentials.certificate, key: credentials.key } })
  const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io'
  const answer = await request(new URL(path, url), { dispatcher, headers: { accept } })
  const table = (await answer.body.json()) as Table
  await dispatcher.close()
  return table
}
