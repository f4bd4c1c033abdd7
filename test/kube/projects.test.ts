import { describe, expect, it } from 'vitest'
import type { Project } from '../../src/api/project.ts'
import type { ListWatch } from '../../src/controller/cache/list-watch.ts'
import { ApiError } from '../../src/kube/api-error.ts'
import { createProjects } from '../../src/kube/projects.ts'
import type { RequestOptions, Transport } from '../../src/kube/transport.ts'

const never = new AbortController().signal

const project = {
  apiVersion: 'botyard.dev/v1alpha1',
  kind: 'Project',
  metadata: { namespace: 'team', name: 'echo', uid: 'u-1', resourceVersion: '7', finalizers: ['a/b', 'c/d'] },
  spec: { server: { types: ['cx23'] } },
  status: { observedGeneration: 1, summary: 'old' },
} as unknown as Project

/** Answers every call with the same, and keeps what was sent. */
function setUp(answer: unknown = project) {
  const sent: RequestOptions[] = []
  const transport: Transport = {
    async request<T>(options: RequestOptions) {
      sent.push(options)
      if (answer instanceof Error) throw answer
      return answer as T
    },
    stream: () => Promise.reject(new Error('no stream here')),
    close: async () => {},
  }
  return { sent, projects: createProjects(transport) }
}

const notFound = new ApiError('gone', { status: 404, reason: 'NotFound' })
const notServed = new ApiError('proxy', { status: 404, reason: '' })

describe('what is sent for a Project', () => {
  it('is for finalizers exactly these and the version that they are for, and nothing of the spec', async () => {
    const { sent, projects } = setUp()
    await projects.setFinalizers(project, ['a/b'], never)
    expect(sent).toEqual([
      {
        method: 'PATCH',
        path: '/apis/botyard.dev/v1alpha1/namespaces/team/projects/echo',
        body: { metadata: { finalizers: ['a/b'], uid: 'u-1', resourceVersion: '7' } },
        contentType: 'application/merge-patch+json',
        signal: never,
      },
    ])
  })

  it('is for a status only what differs, and the version that it is for', async () => {
    const { sent, projects } = setUp()
    await projects.patchStatus(project, { observedGeneration: 2 }, never)
    expect(sent).toMatchObject([
      {
        path: '/apis/botyard.dev/v1alpha1/namespaces/team/projects/echo/status',
        body: {
          metadata: { uid: 'u-1', resourceVersion: '7' },
          status: { observedGeneration: 2, summary: null },
        },
      },
    ])
    expect(Object.keys(sent[0]?.body as object)).toEqual(['metadata', 'status'])
  })

  it('is nothing when the status is as it should be', async () => {
    const { sent, projects } = setUp()
    expect(await projects.patchStatus(project, { observedGeneration: 1, summary: 'old' }, never)).toBe('unchanged')
    expect(sent).toEqual([])
  })
})

describe('a 404', () => {
  it('is success for taking finalizers away, but not for setting them', async () => {
    const { projects } = setUp(notFound)
    expect((await projects.setFinalizers(project, ['c/d'], never)).metadata.finalizers).toEqual(['c/d'])
    for (const finalizers of [['a/b', 'c/d'], ['e/f'], ['a/b', 'c/d', 'e/f']]) {
      await expect(projects.setFinalizers(project, finalizers, never)).rejects.toBe(notFound)
    }
  })

  it('of somebody who knows nothing of Projects never passes for the absence of one', async () => {
    const { projects } = setUp(notServed)
    await expect(projects.setFinalizers(project, [], never)).rejects.toBe(notServed)
    await expect(projects.readLive(project.metadata, never)).rejects.toBe(notServed)
    expect(await setUp(notFound).projects.readLive(project.metadata, never)).toBeUndefined()
  })
})

describe('the list and watch of Projects', () => {
  it('fit the runtime, and take no answer for a list that is none', async () => {
    const listWatch: ListWatch<Project> = setUp({ kind: 'Surprise' }).projects.listWatch
    await expect(listWatch.list({ signal: never })).rejects.toThrow('not a list')
  })

  it('ask for a version as a lower bound, and for none on further pages', async () => {
    const { sent, projects } = setUp({ items: [], metadata: { resourceVersion: '9' } })
    await projects.listWatch.list({ limit: 500, resourceVersion: '5', signal: never })
    await projects.listWatch.list({ limit: 500, continue: 'c', signal: never })
    expect(sent.map(({ query }) => JSON.parse(JSON.stringify(query)))).toEqual([
      { limit: 500, resourceVersion: '5', resourceVersionMatch: 'NotOlderThan' },
      { limit: 500, continue: 'c' },
    ])
  })
})
