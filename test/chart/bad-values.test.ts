// Bad input to the chart: refused before anything is rendered, with a line that names the value.

import { beforeAll, describe, expect, it } from 'vitest'
import { findHelm } from '../../scripts/helm/find-helm.ts'
import { renderChart } from '../../scripts/helm/render-chart.ts'

beforeAll(async () => void (await findHelm()), 120_000)

const cases: { values: Record<string, unknown>; says: RegExp }[] = [
  { values: { resouces: {} }, says: /additional properties 'resouces' not allowed/ },
  { values: { replicas: 2 }, says: /'replicas' not allowed/ },
  { values: { replicaCount: 0 }, says: /'\/replicaCount'/ },
  { values: { replicaCount: '2' }, says: /'\/replicaCount'.*want integer/ },
  { values: { leaderElection: { leaseDuration: 15 } }, says: /'\/leaderElection\/leaseDuration'.*want string/ },
  { values: { leaderElection: { enabled: true } }, says: /'\/leaderElection'.*'enabled' not allowed/ },
  { values: { image: { repo: 'botyard' } }, says: /'\/image'.*'repo' not allowed/ },
  { values: { image: 'botyard:1' }, says: /'\/image'.*want object/ },
  { values: { image: { tag: 1.1 } }, says: /'\/image\/tag'.*want string/ },
  { values: { image: { tag: 'a b' } }, says: /'\/image\/tag'.*does not match pattern/ },
  { values: { image: { digest: 'sha256:short' } }, says: /'\/image\/digest'/ },
  { values: { image: { repository: '' } }, says: /'\/image\/repository'/ },
  { values: { image: { pullPolicy: 'Sometimes' } }, says: /'\/image\/pullPolicy'.*'Always'/ },
  { values: { imagePullSecrets: ['registry'] }, says: /'\/imagePullSecrets\/0'.*want object/ },
  { values: { crds: { enabled: true } }, says: /'\/crds'.*'enabled' not allowed/ },
  { values: { crds: { install: 'yes' } }, says: /'\/crds\/install'.*want boolean/ },
  { values: { projectNamespaces: 'shop' }, says: /'\/projectNamespaces'.*want array/ },
  { values: { projectNamespaces: ['*'] }, says: /'\/projectNamespaces\/0'.*does not match pattern/ },
  { values: { projectNamespaces: ['Shop'] }, says: /'\/projectNamespaces\/0'/ },
  { values: { projectNamespaces: ['a', 'a'] }, says: /'\/projectNamespaces'/ },
  { values: { projectNamespaces: ['botyard-system'] }, says: /projectNamespaces must not name botyard-system/ },
  { values: { clusterID: '-main' }, says: /'\/clusterID'/ },
  { values: { clusterID: 17 }, says: /'\/clusterID'.*want string/ },
  { values: { clusterID: 'a'.repeat(64) }, says: /'\/clusterID'/ },
  { values: { escrow: 'false' }, says: /'\/escrow'.*want boolean/ },
  { values: { logLevel: 'loud' }, says: /'\/logLevel'/ },
  { values: { workers: '64' }, says: /'\/workers'.*want integer/ },
  { values: { workers: 0 }, says: /'\/workers'/ },
  { values: { workers: 1.5 }, says: /'\/workers'/ },
  { values: { reconcileTimeout: 120 }, says: /'\/reconcileTimeout'.*want string/ },
  { values: { drain: 'soon' }, says: /'\/drain'/ },
  { values: { hetzner: { token: 'secret' } }, says: /'\/hetzner'.*'token' not allowed/ },
  { values: { hetzner: { endpoint: 'api.hetzner.cloud' } }, says: /'\/hetzner\/endpoint'/ },
  { values: { hetzner: { endpoint: 'https://a b' } }, says: /'\/hetzner\/endpoint'/ },
  { values: { hetzner: { budgetReserve: 0.95 } }, says: /'\/hetzner\/budgetReserve'/ },
  { values: { telegram: { endpoint: null, url: 'https://a' } }, says: /'\/telegram'.*'url' not allowed/ },
  { values: { health: { port: 80 } }, says: /'\/health\/port'/ },
  { values: { health: { host: 'a:b' } }, says: /'\/health\/host'/ },
  { values: { metrics: { service: { type: 'LoadBalancer' } } }, says: /'\/metrics\/service'.*'type' not allowed/ },
  { values: { extraArgs: '--lab' }, says: /'\/extraArgs'.*want array/ },
  { values: { extraArgs: ['lab'] }, says: /'\/extraArgs\/0'/ },
  { values: { resources: { limit: {} } }, says: /'\/resources'.*'limit' not allowed/ },
  { values: { resources: { limits: { memory: '256 Mi' } } }, says: /'\/resources\/limits\/memory'/ },
  { values: { terminationGracePeriodSeconds: 1 }, says: /'\/terminationGracePeriodSeconds'/ },
  { values: { serviceAccount: { name: 'other' } }, says: /'\/serviceAccount'.*'name' not allowed/ },
  { values: { commonLabels: { team: 7 } }, says: /'\/commonLabels\/team'.*want string/ },
  { values: { commonLabels: { 'app.kubernetes.io/name': 'a' } }, says: /'\/commonLabels\/app.kubernetes.io~1name'/ },
  { values: { tolerations: [{ efect: 'NoSchedule' }] }, says: /'\/tolerations\/0'.*'efect' not allowed/ },
  { values: { affinity: { nodeafinity: {} } }, says: /'\/affinity'.*'nodeafinity' not allowed/ },
]

describe('a bad value', () => {
  it.each(cases)('is refused and named: $values', async ({ values, says }) => {
    await expect(renderChart({ values })).rejects.toThrow(says)
  })
})
