// Resident memory of the operator with 10,000 Projects on a real API server, while 500 of them are changed every second. They
// name Secrets that nobody may read, so each has a status, nothing at a provider, and is looked at again every minute.

import { setTimeout as delay } from 'node:timers/promises'
import type { Operator } from '../lab/operator.ts'
import { type Cluster, createProjects, forEach, projectCount, withCluster } from './cluster.ts'
import type { Figure } from './figure.ts'
import { bundleOperator, openOperator } from './start.ts'

const perSecond = 500
const seconds = 20
/** Until every Project has had its first pass. */
const settleWithin = 600_000

export function benchMemory(): Promise<Figure[]> {
  bundleOperator()
  return withCluster(async (cluster) => {
    const projects = await createProjects(cluster.api, projectCount)
    const operator = await openOperator(cluster)
    try {
      await operator.untilReady()
      await untilSettled(operator)
      const settled = await megabytes(operator)
      const memory = watchMemory(operator)
      const rate = await change(cluster, projects)
      return [
        { what: `RSS of the operator, ${projectCount} Projects`, value: settled, unit: 'MB', better: 'less' },
        { what: 'changes to them, as many as the API server took', value: rate, unit: 'a second', better: 'more' },
        {
          what: 'most RSS of the operator meanwhile',
          value: await memory.most(),
          unit: 'MB',
          aim: 200,
          better: 'less',
        },
      ]
    } finally {
      await operator.kill()
    }
  })
}

const megabytes = async (operator: Operator): Promise<number> => ((await operator.memory()) * 2 ** 20) / 1e6

function watchMemory(operator: Operator) {
  const seen: number[] = []
  const timer = setInterval(async () => seen.push(await megabytes(operator)), 100)
  return {
    async most() {
      clearInterval(timer)
      return Math.max(...seen)
    },
  }
}

/** Label after label for a while, so many a second if the API server can; answers how many a second it were. */
async function change({ api }: Cluster, projects: Awaited<ReturnType<typeof createProjects>>): Promise<number> {
  const began = performance.now()
  let changed = 0
  await forEach(Array(perSecond * seconds).keys(), async (index) => {
    const early = began + (index * 1_000) / perSecond - performance.now()
    if (early > 0) await delay(early)
    const project = projects[index % projects.length]
    if (project === undefined || performance.now() - began > seconds * 1_000) return
    await api.patch(project, { metadata: { labels: { round: String(index) } } })
    changed += 1
  })
  return changed / ((performance.now() - began) / 1_000)
}

/** Every Project has had the pass that looks for its Secrets, as the operator's own metrics count it. */
async function untilSettled({ health }: Operator): Promise<void> {
  const end = performance.now() + settleWithin
  const settled = `botyard_projects{condition="CredentialsReady",status="False"} ${projectCount}`
  for (; ; await delay(1_000)) {
    const text = await (await fetch(`${health}/metrics`)).text()
    if (text.split('\n').includes(settled)) return
    if (performance.now() > end) throw new Error(`not every Project was looked at within ${settleWithin / 1_000} s`)
  }
}
