// Reading a Project: defaults come, strangers go, and what does not fit is told, never thrown.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseProject } from '../../src/api/project.ts'
import { changed, completeSpec, recordedServer, withBot } from './manifests.ts'

const metadata = {
  name: 'echo',
  namespace: 'bots',
  uid: '5288f7c1-a07d-449e-8b03-9f19cbe11403',
  resourceVersion: '1',
  generation: 1,
  creationTimestamp: '2026-01-01T00:00:00Z',
}
const stored = { ...withBot('bots'), metadata }

describe('parseProject', () => {
  it('applies every default that the API server applies', () => {
    expect(parseProject(stored)).toMatchObject({ ok: true, project: { spec: completeSpec } })
  })

  it('drops fields of other versions', () => {
    const strange = changed(changed(stored, 'metadata.managedFields', []), 'spec.server.power', 'On')
    expect(parseProject(strange)).toEqual(parseProject(stored))
  })

  it('keeps the status, and reads the finalizers and annotations', () => {
    const status = { observedGeneration: 1, server: recordedServer }
    const more = {
      finalizers: ['botyard.dev/cleanup'],
      annotations: { a: 'b' },
      deletionTimestamp: '2026-01-02T00:00:00Z',
    }
    expect(parseProject({ ...stored, status, metadata: { ...metadata, ...more } })).toMatchObject({
      ok: true,
      project: { status, metadata: more },
    })
  })

  it.each([
    ['spec.server.types', [], 'spec.server.types: '],
    ['spec.server.types', undefined, 'spec.server.types: '],
    ['spec.resyncInterval', 'soon', 'spec.resyncInterval: must be a duration'],
    ['spec.telegram.webhook.path', 'webhook', 'spec.telegram.webhook.path: must be an absolute path'],
    ['status.server', { id: 'x' }, 'status.server.id: '],
    ['kind', 'Projects', 'kind: '],
    ['metadata.uid', undefined, 'metadata.uid: '],
  ])('tells that %s does not fit as %j', (path, value, problem) => {
    const answer = parseProject(changed(stored, path, value))
    expect(answer).toEqual({ ok: false, problems: expect.arrayContaining([expect.stringContaining(problem)]) })
  })

  it('never throws', () => {
    fc.assert(fc.property(fc.anything(), (raw) => !parseProject(raw).ok))
    fc.assert(
      fc.property(fc.anything(), fc.anything(), (spec, status) => {
        parseProject({ ...stored, spec, status })
      }),
    )
  })
})
