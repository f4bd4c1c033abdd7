// F25 with a process: one Project is changed 50 times a second, or as often as the API server can, and the others are served as
// before. How long they wait is from the edit to the status that has seen it, as the API server tells it. So many writes
// make the API server itself slow: compared is with as many to what concerns nobody, the Project's labels.

import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { KubeObject } from '../../scripts/control-plane/api.ts'
import { percentile } from '../../scripts/demo/measure.ts'
import { type History, recordHistory } from '../support/history.ts'
import { createTenant, projectOf, startTestLab, type TestLab, untilReady } from '../support/test-lab.ts'

const edits = 200
const perSecond = 50

let lab: TestLab
let history: History
let busy: KubeObject
let others: KubeObject[]
beforeAll(async () => {
  lab = await startTestLab()
  history = recordHistory(lab.api)
  const projects = await Promise.all(
    Array.from({ length: 6 }, async () => lab.api.create(projectOf(await createTenant(lab.api)))),
  )
  const [first, ...rest] = await Promise.all(projects.map((project) => untilReady(lab.api, project, 60_000)))
  busy = first as KubeObject
  others = rest
}, 120_000)
afterAll(async () => {
  await history.stop()
  await lab.stop()
})

let round = 0
const edit = (project: KubeObject) => lab.api.patch(project, { spec: { resyncInterval: `${60 + (++round % 1_000)}m` } })

/** One write after the other, at most so many a second. */
function hammer(write: () => Promise<unknown>) {
  let writes = 0
  let isOver = false
  const since = performance.now()
  const ended = (async () => {
    while (!isOver) {
      const next = delay(1_000 / perSecond)
      // The operator writes, too: a Conflict is no change.
      await write().then(
        () => (writes += 1),
        () => {},
      )
      await next
    }
  })()
  return {
    /** Answers how many a second there were. */
    async stop() {
      isOver = true
      await ended
      return (writes * 1_000) / (performance.now() - since)
    },
  }
}

/** What the others wait while this is written to the busy one. */
async function measureBeside(write: () => Promise<unknown>): Promise<{ rate: number; p50: number; p99: number }> {
  const hammering = hammer(write)
  const times = await measure()
  return { rate: await hammering.stop(), p50: percentile(times, 0.5), p99: percentile(times, 0.99) }
}

/** Sorted, in milliseconds. */
async function measure(): Promise<number[]> {
  const edited: { since: number; project: KubeObject }[] = []
  for (let count = 0; count < edits; count++) {
    const project = others[count % others.length] as KubeObject
    const since = performance.now()
    edited.push({ since, project: await edit(project) })
    await delay(100)
  }
  await delay(3_000)
  return edited.map(({ since, project }) => seenAt(project) - since).sort((a, b) => a - b)
}

function seenAt(project: KubeObject): number {
  const generation = project.metadata.generation ?? 0
  const seen = history.of(project).find(({ object }) => object['status']?.observedGeneration >= generation)
  return seen?.at ?? Number.POSITIVE_INFINITY
}

it(`a Project that is changed ${perSecond} times a second does not double the p99 of the others`, async () => {
  const labelled = () => lab.api.patch(busy, { metadata: { labels: { round: String(++round) } } })
  const idle = await measureBeside(labelled)
  const changed = await measureBeside(() => edit(busy))
  for (const [what, { rate, p50, p99 }] of Object.entries({ 'other labels': idle, 'another spec': changed }))
    process.stdout.write(
      `beside a Project with ${what} ${rate.toFixed(0)} times a second: edit to status p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms\n`,
    )
  expect(changed.rate).toBeGreaterThan(idle.rate / 2)
  expect(changed.p99).toBeLessThan(2 * idle.p99)
})
