import { describe, expect, it } from 'vitest'
import type { Project } from '../../src/api/project.ts'
import { concernsUs } from '../../src/reconcilers/wake.ts'
import { projectOf } from '../support/projects.ts'

const before = projectOf({ metadata: { finalizers: ['botyard.dev/cleanup'], annotations: { other: '1' } } })
const changed = (change: Partial<Project['metadata']>): Project => ({
  ...before,
  metadata: { ...before.metadata, resourceVersion: '8', ...change },
})
const annotated = (annotations: Record<string, string>) => changed({ annotations: { other: '1', ...annotations } })

describe('concernsUs', () => {
  it.each([
    {
      name: 'our own status write',
      after: { ...changed({}), status: { observedGeneration: 1, summary: 'x' } },
      want: false,
    },
    { name: 'a label', after: changed({ labels: { a: 'b' } }), want: false },
    { name: "somebody else's annotation", after: changed({ annotations: { other: '2' } }), want: false },
    { name: 'a new generation', after: changed({ generation: 2 }), want: true },
    { name: 'the deletion mark', after: changed({ deletionTimestamp: '2026-01-01T00:00:01Z' }), want: true },
    { name: 'our finalizer taken off', after: changed({ finalizers: [] }), want: true },
    { name: "somebody else's finalizer", after: changed({ finalizers: ['botyard.dev/cleanup', 'x/y'] }), want: true },
    { name: 'another object of this name', after: changed({ uid: 'u-2' }), want: true },
    { name: 'a request', after: annotated({ 'botyard.dev/reconcile-requested-at': 'now' }), want: true },
    { name: "Flux's request", after: annotated({ 'reconcile.fluxcd.io/requestedAt': 'now' }), want: true },
    { name: 'an answer about leftovers', after: annotated({ 'botyard.dev/adopt': 'ignore' }), want: true },
    { name: 'a deletion given up', after: annotated({ 'botyard.dev/abandon': 'true' }), want: true },
    { name: 'the end of the object', after: undefined, want: true },
  ])('$name: $want', ({ after, want }) => expect(concernsUs(before, after)).toBe(want))

  it('a new object: true', () => expect(concernsUs(undefined, before)).toBe(true))
})
