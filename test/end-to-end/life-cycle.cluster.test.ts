// From apply to a bot that answers, and back to nothing, on the real API server.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  createTenant,
  holdingsOf,
  nothing,
  projectOf,
  startTestLab,
  type TestLab,
  untilGone,
  untilReady,
} from '../support/test-lab.ts'

let lab: TestLab
beforeAll(async () => {
  lab = await startTestLab()
})
afterAll(() => lab.stop())

describe('a Project', () => {
  it('becomes Ready, its bot answers, and nothing is left after its deletion', async () => {
    const tenant = await createTenant(lab.api)
    const project = await lab.api.create(projectOf(tenant))
    await untilReady(lab.api, project)
    expect(holdingsOf(lab.world, tenant)).toMatchObject({ servers: 1, ipv4s: 1 })

    await lab.api.delete(project)
    await untilGone(lab.api, project)
    expect(holdingsOf(lab.world, tenant)).toEqual(nothing)
  })
})
