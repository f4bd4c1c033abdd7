// What an operator tells of its work while it does it: events in the Project's namespace, and the metrics of a real process.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createMetrics } from '../../src/serving/metrics.ts'
import { waitFor } from '../support/control-plane.ts'
import { type Family, parseExposition } from '../support/exposition.ts'
import {
  createTenant,
  projectOf,
  startTestLab,
  type Tenant,
  type TestLab,
  untilGone,
  untilReady,
} from '../support/test-lab.ts'

let lab: TestLab
let tenant: Tenant
beforeAll(async () => {
  lab = await startTestLab()
  tenant = await createTenant(lab.api)
})
afterAll(() => lab.stop())

/** As `kubectl events` lists them, the oldest first. */
async function told(): Promise<string[]> {
  const events = await lab.api.list({ apiVersion: 'events.k8s.io/v1', kind: 'Event', namespace: tenant.namespace })
  return events
    .filter((event) => event['reportingController'] === 'botyard.dev/operator')
    .sort((a, b) => (a['eventTime'] < b['eventTime'] ? -1 : 1))
    .map((event) => `${event['type']} ${event['reason']}`)
}

const families = async (): Promise<Family[]> =>
  parseExposition(await (await fetch(`${lab.operator.health}/metrics`)).text())

const readValue = async (line: string): Promise<number> => {
  const page = await (await fetch(`${lab.operator.health}/metrics`)).text()
  return Number(
    page
      .split('\n')
      .find((each) => each.startsWith(`${line} `))
      ?.split(' ')
      .at(-1),
  )
}

describe('an operator', () => {
  it('tells the life of a Project from creation to its end, each thing once', async () => {
    const project = await lab.api.create(projectOf(tenant))
    await untilReady(lab.api, project)
    const ready = 'botyard_projects{condition="Ready",status="True"}'
    await waitFor('the metric of Projects', async () => (await readValue(ready)) === 1)
    await waitFor('the last event', async () => (await told()).includes('Normal Ready'))
    expect(await told()).toEqual(['Normal ServerCreated', 'Normal WebhookSet', 'Normal Ready'])

    await lab.api.delete(project)
    await untilGone(lab.api, project)
    await waitFor('the last event', async () => (await told()).includes('Normal CleanedUp'))
    expect((await told()).slice(3)).toEqual([
      'Normal WebhookDeleted',
      'Normal ServerStopped',
      'Normal ServerDeleted',
      'Normal AddressReleased',
      'Normal CleanedUp',
    ])
  })

  it('counts what it does, in series that are all there', async () => {
    const found = await families()
    const names = found.map(({ name }) => name)
    expect(createMetrics().described.filter(({ name }) => !names.includes(name))).toEqual([])
    expect(await readValue('botyard_events_total{outcome="created"}')).toBe(8)
    expect(await readValue('controller_runtime_reconcile_errors_total{controller="project"}')).toBe(0)
    expect(await readValue('controller_runtime_max_concurrent_reconciles{controller="project"}')).toBe(64)
    const passes = await readValue('controller_runtime_reconcile_time_seconds_count{controller="project"}')
    expect(passes).toBeGreaterThan(5)
    const queue = '{name="project",controller="project"}'
    // A key that is held back, because our own write is not seen yet, is handed out as well.
    expect(await readValue(`workqueue_work_duration_seconds_count${queue}`)).toBeGreaterThanOrEqual(passes)
    expect(await readValue(`workqueue_adds_total${queue}`)).toBeGreaterThanOrEqual(passes)
    expect(await readValue('workqueue_depth{name="project",controller="project",priority="0"}')).toBe(0)
    expect(found.find(({ name }) => name === 'rest_client_requests_total')?.labels).toEqual(['code', 'host', 'method'])
  })

  it('is alive and ready meanwhile', async () => {
    for (const page of ['healthz', 'readyz']) {
      const answer = await fetch(`${lab.operator.health}/${page}`)
      expect([answer.status, await answer.text()]).toEqual([200, 'ok\n'])
    }
  })
})
