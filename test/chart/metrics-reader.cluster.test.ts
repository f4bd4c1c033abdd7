// /metrics over HTTPS on the real API server: with exactly the rights that the chart gives, it tells who may read from who may
// not; without either of them it can tell nothing.

import { randomUUID } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Agent, fetch } from 'undici'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { operatorAccount } from '../../scripts/control-plane/grant.ts'
import { renderChart } from '../../scripts/helm/render-chart.ts'
import { startOperator } from '../../scripts/lab/operator.ts'
import { systemClock } from '../../src/clock.ts'
import { createReviews } from '../../src/kube/reviews.ts'
import type { Transport } from '../../src/kube/transport.ts'
import { createMetricsGate } from '../../src/serving/metrics-gate.ts'
import { startMetricsServer } from '../../src/serving/metrics-server.ts'
import { transportFor } from '../kube/cluster.ts'
import { controlPlane, waitFor } from '../support/control-plane.ts'
import { bindTo } from './bind-rights.ts'
import { type Rule, roleOf } from './rules.ts'

const rendered = await renderChart({ values: { metrics: { secure: { enabled: true } } } })
const { rules } = roleOf(rendered, 'ClusterRole botyard')
const own = roleOf(rendered, 'Role botyard').rules
const reader = roleOf(rendered, 'ClusterRole botyard-metrics-reader')

const { namespace } = operatorAccount
const suffix = randomUUID().slice(0, 8)
const [operator, scraper, somebody] = ['operator', 'scraper', 'somebody'].map(
  (name) => `metrics-${name}-${suffix}`,
) as [string, string, string]

const insecure = new Agent({ connect: { rejectUnauthorized: false } })
let transport: Transport

const bind = (name: string, everywhere: readonly Rule[]) => bindTo({ namespace, name }, { everywhere, own: [] })

async function tokenOf(name: string): Promise<string> {
  const files = await (await controlPlane()).podFilesFor({ namespace, name })
  return readFile(path.join(files, 'token'), 'utf8')
}

beforeAll(async () => {
  transport = await transportFor(
    await (await controlPlane()).kubeconfigFor({ serviceAccount: { namespace, name: operator } }),
  )
  await Promise.all([bind(operator, rules), bind(scraper, reader.rules), tokenOf(somebody)])
})

afterAll(async () => {
  await Promise.all([transport.close(), insecure.close()])
  await Promise.all([bind(operator, []), bind(scraper, [])])
})

async function read(port: number, token: string | undefined): Promise<{ status: number; body: string }> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const answer = await fetch(`https://127.0.0.1:${port}/metrics`, { headers, dispatcher: insecure })
  return { status: answer.status, body: await answer.text() }
}

/** Asked of a server that remembers nothing yet. */
async function ask(token: string | undefined): Promise<{ status: number; body: string }> {
  const server = await startMetricsServer({
    ...{ host: '127.0.0.1', port: 0, clock: systemClock },
    page: { contentType: 'text/plain', render: async () => 'botyard_x 1\n' },
    gate: createMetricsGate({ reviews: createReviews(transport), clock: systemClock }),
  })
  try {
    return await read(server.port, token)
  } finally {
    await server.close()
  }
}

describe('/metrics over HTTPS', () => {
  it('is shown to an account that is bound to the role of the chart', async () => {
    const token = await tokenOf(scraper)
    // RBAC follows its objects a moment later.
    await waitFor('the page', async () => (await ask(token)).status === 200)
    expect(await ask(token)).toEqual({ status: 200, body: 'botyard_x 1\n' })
  })

  it('is not shown to another account, which is told its name and what is missing', async () => {
    const { status, body } = await ask(await tokenOf(somebody))
    expect(status).toBe(403)
    expect(body).toContain(`system:serviceaccount:${namespace}:${somebody} may not get the path /metrics`)
  })

  it.each([undefined, 'nonsense', 'eyJhbGciOiJub25lIn0.e30.'])('is not shown for the token %s', async (token) => {
    expect((await ask(token)).status).toBe(401)
  })

  it.each(['tokenreviews', 'subjectaccessreviews'])('cannot be guarded without: create %s', async (resource) => {
    const token = await tokenOf(scraper)
    await bind(
      operator,
      rules.filter(({ resources }) => resources[0] !== resource),
    )
    await waitFor('that it cannot tell', async () => (await ask(token)).status === 503)
    await bind(operator, rules)
    await waitFor('that it can', async () => (await ask(token)).status === 200)
  })
})

describe('an operator with --metrics-secure', () => {
  it('shows its metrics over HTTPS alone, and is ready with the rights of the chart', async () => {
    const directory = await mkdtemp(path.join(tmpdir(), 'botyard-test-'))
    const log = path.join(directory, 'operator.log')
    await bindTo({ namespace, name: operator }, { everywhere: rules, own })
    // No provider is there: it has no Project to work for.
    const nowhere = 'http://127.0.0.1:9'
    const process = await startOperator({
      ...{ program: 'src/main.ts', hcloud: nowhere, telegram: nowhere, log },
      access: {
        kubeconfig: await (await controlPlane()).kubeconfigFor({ serviceAccount: { namespace, name: operator } }),
      },
      args: ['--metrics-secure', '--metrics-address', '127.0.0.1:0'],
    })
    try {
      await process.untilReady()
      const port = Number(/"metrics":(\d+)/.exec(await readFile(log, 'utf8'))?.[1])
      expect(await read(port, await tokenOf(scraper))).toMatchObject({
        status: 200,
        body: expect.stringContaining('controller_runtime_reconcile_total{'),
      })
      expect((await read(port, undefined)).status).toBe(401)
      const plain = await fetch(`${process.health}/metrics`)
      expect([plain.status, await plain.text()]).toEqual([404, 'metrics are served over HTTPS, at --metrics-address\n'])
    } finally {
      await process.stop()
      await rm(directory, { recursive: true, force: true })
    }
  })
})
