// The rules of spec, held by a real API server: what breaks one is refused in words that say what must hold.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Api, adminApi, createNamespace } from '../support/control-plane.ts'
import { bad, good, letters, longestKey, many } from './cases.ts'
import { changed, type Manifest, withBot } from './manifests.ts'

let api: Api
let namespace: string

beforeAll(async () => {
  api = await adminApi()
  namespace = await createNamespace(api, { prefix: 'validation', granted: false })
})
afterAll(() => api.close())

/** What the API server would make of it; nothing is stored. */
const dryRun = (manifest: Manifest) =>
  api.raw('POST', `/apis/botyard.dev/v1alpha1/namespaces/${namespace}/projects`, {
    body: manifest,
    query: { dryRun: 'All', fieldValidation: 'Strict' },
  })

describe('a Project is refused', () => {
  it.each(bad.map(([path, value, text]) => ({ path, value, text, shown: show(value) })))(
    'with $path $shown',
    async ({ path, value, text }) => {
      const refusal = await dryRun(changed(withBot(namespace), path, value)).then(
        () => 'accepted',
        (error: Error) => error.message,
      )
      expect(refusal).toContain(text)
      const field = path.split('.').slice(0, 2).join('.')
      expect(refusal).toContain(field)
    },
  )
})

describe('a Project is accepted', () => {
  it.each(good.map(([path, value]) => ({ path, value, shown: show(value) })))(
    'with $path $shown',
    async ({ path, value }) => {
      await expect(dryRun(changed(withBot(namespace), path, value))).resolves.toMatchObject({ kind: 'Project' })
    },
  )

  it('when everything is at its upper bound at once', async () => {
    const bounds: typeof good = [
      ['metadata.name', letters(40)],
      ['spec.hetzner.tokenSecretRef', { name: letters(253), key: letters(253) }],
      ['spec.server.types', many(8, letters(31))],
      ['spec.server.locations', many(8, letters(31))],
      ['spec.server.sshKeys', many(20, 'd'.repeat(126))],
      ['spec.server.labels', Object.fromEntries(many(16, longestKey).map((key) => [key, letters(63)]))],
      ['spec.workload.cloudInit', { inline: letters(24_576) }],
      ['spec.workload.probe', { path: `/${letters(127)}`, periodSeconds: 600, failureThreshold: 20 }],
      ['spec.telegram.tokenSecretRef', { name: letters(253), key: letters(253) }],
      ['spec.telegram.webhook.path', `/${letters(127)}`],
      ['spec.telegram.webhook.allowedUpdates', many(32).map((_, index) => letters(64 - index))],
    ]
    const fullest = bounds.reduce((manifest, [path, value]) => changed(manifest, path, value), withBot(namespace))
    await expect(dryRun(fullest)).resolves.toMatchObject({ kind: 'Project' })
  })
})

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'removed'
  return text.length > 60 ? `${text.slice(0, 60)}… (${text.length} characters)` : text
}
