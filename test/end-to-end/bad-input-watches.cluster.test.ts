// Bad input, the watch: what no API server should send to a running operator. Each is logged in one line that says what is
// wrong, the process goes on, and nothing is missed.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ApartLab, startApartLab } from '../support/apart-lab.ts'
import { waitFor } from '../support/control-plane.ts'
import { conditionOf, createTenant, projectOf, untilReady } from '../support/test-lab.ts'

let lab: ApartLab
beforeAll(async () => {
  lab = await startApartLab()
})
afterAll(() => lab?.stop())

const route = 'GET /apis/botyard.dev/v1alpha1/projects'
const wrongLine = (body?: object | string) => ({
  ...{ kind: 'wrongLine', route, times: 1 },
  ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
})
const wrongType = { kind: 'wrongBody', world: 'kubernetes', route, contentType: 'text/html', times: 1 }

interface LogLine {
  level: string
  msg: string
  phase?: string
  err?: { message: string }
}

const warnings = async (): Promise<LogLine[]> =>
  (await lab.log())
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as LogLine)
    .filter(({ phase }) => phase !== undefined)

const nonsense = 'The API server, or a proxy before it, sent what is no watch; the Projects are listed anew'
const object = { metadata: { name: 'x', namespace: 'default', uid: 'u', resourceVersion: '1' } }

describe('a running operator to which a watch brings', () => {
  it.each([
    { what: 'a malformed line', fault: wrongLine('{"type": "ADDED", '), says: 'a line is not JSON' },
    { what: 'a page of HTML', fault: wrongLine(), says: 'a line is not JSON' },
    { what: 'an unknown event type', fault: wrongLine({ type: 'RENAMED', object }), says: 'a type that nobody knows' },
    {
      what: 'an object without metadata',
      fault: wrongLine({ type: 'ADDED', object: {} }),
      says: 'no object with name',
    },
    { what: 'no object at all', fault: wrongLine({ type: 'MODIFIED' }), says: 'no object with name' },
  ])('$what: says so, lists anew, and misses nothing', async ({ fault, says }) => {
    const { pid } = lab.operator
    const before = (await warnings()).length
    const tenant = await createTenant(lab.api)
    lab.strike(fault)
    const project = await lab.api.create(projectOf(tenant))
    await waitFor('a report', async () => conditionOf(await lab.api.find(project), 'Ready'), { within: 30_000 })
    const [line, ...more] = (await warnings()).slice(before)
    expect(line).toMatchObject({ phase: 'watch', msg: nonsense, err: { message: expect.stringContaining(says) } })
    expect(more).toEqual([])
    await untilReady(lab.api, project, 40_000)
    expect([lab.operator.pid, lab.operator.running]).toEqual([pid, true])
    expect((await fetch(`${lab.operator.health}/healthz`)).status).toBe(200)
  })

  it('a revision from before what it has told: says so, lists anew, and misses nothing', async () => {
    const before = (await warnings()).length
    const project = await lab.api.create(projectOf(await createTenant(lab.api)))
    await untilReady(lab.api, project, 40_000)
    lab.strike(wrongLine({ type: 'MODIFIED', object }))
    const next = await lab.api.create(projectOf(await createTenant(lab.api)))
    await untilReady(lab.api, next, 40_000)
    const [line] = (await warnings()).slice(before)
    expect(line?.err?.message).toMatch(/^Cannot follow the watch: version 1 came after \d+$/)
  })

  it('an answer of a wrong content type: says so, asks again, and misses nothing', async () => {
    const before = (await warnings()).length
    lab.strike({ kind: 'endWatch', route, times: 1 }, wrongType)
    const project = await lab.api.create(projectOf(await createTenant(lab.api)))
    await untilReady(lab.api, project, 60_000)
    const lines = (await warnings()).slice(before)
    expect(lines[0]).toMatchObject({ msg: nonsense, err: { message: expect.stringContaining('is not JSON') } })
  })
})
