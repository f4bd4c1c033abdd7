// Told to stop while a call to Hetzner is never answered: how long the process takes, and what a second word does.

import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { KubeObject } from '../../scripts/control-plane/api.ts'
import { waitFor } from '../support/control-plane.ts'
import { type Gate, hcloudGate } from '../support/gate.ts'
import { createTenant, projectOf, startTestLab, type TestLab } from '../support/test-lab.ts'

let lab: TestLab | undefined
afterEach(async () => {
  await lab?.operator.kill()
  await lab?.stop()
})

/** An operator whose create of a server has been sent and is not answered. */
async function hanging(): Promise<TestLab> {
  const gate: Gate = hcloudGate()
  lab = await startTestLab({ front: { hcloud: gate.front } })
  const tenant = await createTenant(lab.api)
  gate.faults(tenant.hetznerToken).add({ kind: 'late', route: 'POST /servers' })
  await lab.api.create(projectOf(tenant))
  const isSent = async () =>
    gate.requests(tenant.hetznerToken).some((r) => r.method === 'POST' && r.path === '/v1/servers')
  await waitFor('the create of a server', isSent, { within: 30_000 })
  return lab
}

const term = ({ operator }: TestLab) => process.kill(operator.pid, 'SIGTERM')

describe('an operator whose call hangs', () => {
  it('drain limit below the pod’s grace period: told to stop, it ends cleanly when the call’s time is over', async () => {
    const { operator } = await hanging()
    const since = performance.now()
    await operator.stop()
    const took = performance.now() - since
    const [deployment] = (await readFile('deploy/botyard.yaml', 'utf8'))
      .split(/^---$/m)
      .map((text) => parse(text) as KubeObject | null)
      .filter((object) => object?.kind === 'Deployment')
    const graceSeconds = Number(deployment?.['spec'].template.spec.terminationGracePeriodSeconds)
    expect(await operator.exited).toBe(0)
    expect(took).toBeLessThanOrEqual(15_000)
    expect(graceSeconds * 1_000).toBeGreaterThan(2 * 10_000 + 3_000)
  })

  it('second SIGTERM: it ends at once, with an error', async () => {
    const stage = await hanging()
    term(stage)
    await delay(1_000)
    expect(stage.operator.running).toBe(true)
    const since = performance.now()
    term(stage)
    expect(await stage.operator.exited).toBe(1)
    expect(performance.now() - since).toBeLessThanOrEqual(1_000)
  })
})
