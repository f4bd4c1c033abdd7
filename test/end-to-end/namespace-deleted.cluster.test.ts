// A namespace is deleted under a running operator (F24): what the API server forbids there is not asked for again and again,
// and what its Projects hold is given back.

import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { SeenCall } from '../proxy/seen-calls.ts'
import { type ApartLab, startApartLab } from '../support/apart-lab.ts'
import { waitFor } from '../support/control-plane.ts'
import { createTenant, holdingsOf, nothing, projectOf, type Tenant, untilReady } from '../support/test-lab.ts'

vi.setConfig({ testTimeout: 120_000 })

let lab: ApartLab
beforeAll(async () => {
  lab = await startApartLab()
})
afterAll(() => lab?.stop())

const namespaceOf = ({ namespace }: Tenant) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })

const untilEnded = (tenant: Tenant) =>
  waitFor('the end of the namespace', async () => (await lab.api.find(namespaceOf(tenant))) === undefined, {
    within: 60_000,
  })

/** Calls about objects of this namespace, in so many milliseconds from now. */
async function askedOf({ namespace }: Tenant, milliseconds: number): Promise<SeenCall[]> {
  const from = lab.calls.length
  await delay(milliseconds)
  return lab.calls.slice(from).filter(({ target }) => target.includes(`/namespaces/${namespace}/`))
}

describe('a namespace that is being deleted', () => {
  it('while nobody cleans it up yet: forbidden writes are not repeated hot, and in the end nothing is left', async () => {
    const tenant = await createTenant(lab.api)
    // The controller that marks what is in a namespace.
    const { controllers } = lab.plane
    process.kill(controllers, 'SIGSTOP')
    let asked: SeenCall[]
    try {
      await lab.api.create(projectOf(tenant))
      await lab.api.delete(namespaceOf(tenant))
      asked = await askedOf(tenant, 10_000)
    } finally {
      process.kill(controllers, 'SIGCONT')
    }
    const forbidden = asked.filter(({ status }) => status === 403)
    process.stdout.write(`Terminating namespace: ${forbidden.length} calls of ${asked.length} in 10 s were forbidden\n`)
    const writes = forbidden.filter(({ path }) => path.endsWith('/secrets')).length
    // With pauses that double from a second or two.
    expect(writes).toBeGreaterThan(1)
    expect(writes).toBeLessThanOrEqual(4)
    expect(forbidden.length).toBeLessThanOrEqual(15)
    expect(asked.length).toBeLessThanOrEqual(45)
    await untilEnded(tenant)
    expect(holdingsOf(lab.world, tenant)).toEqual(nothing)
  })

  it('while Hetzner refuses: it is asked with growing pauses, and the namespace ends when it answers', async () => {
    const tenant = await createTenant(lab.api)
    await untilReady(lab.api, await lab.api.create(projectOf(tenant)))
    lab.strike({ kind: 'status', status: 503, world: 'hcloud', route: 'ANY *' })
    await lab.api.delete(namespaceOf(tenant))
    const asked = await askedOf(tenant, 10_000)
    expect(asked.length).toBeLessThanOrEqual(45)
    expect(holdingsOf(lab.world, tenant)).toMatchObject({ servers: 1 })
    lab.calm()
    await untilEnded(tenant)
    expect(holdingsOf(lab.world, tenant)).toEqual(nothing)
  })
})
