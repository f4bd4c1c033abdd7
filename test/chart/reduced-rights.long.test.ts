// The operator's own rights once more, each taken from an operator that works: what it then cannot do shows in a Project's life.
// The quick half, reduced-rights.cluster.test.ts, sees it refuse to be ready without them.

import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { operatorAccount } from '../../scripts/control-plane/grant.ts'
import { renderChart } from '../../scripts/helm/render-chart.ts'
import { controlPlane } from '../support/control-plane.ts'
import { clearProjects, startTestLab, type TestLab } from '../support/test-lab.ts'
import { bindTo, type Reducible } from './bind-rights.ts'
import { lifeUnder } from './life-under-grant.ts'
import { roleOf, withoutEach } from './rules.ts'

const rendered = await renderChart()
const everywhere = roleOf(rendered, 'ClusterRole botyard').rules
const own = roleOf(rendered, 'Role botyard').rules
const granted = roleOf(rendered, 'ClusterRole botyard-project-namespace').rules

const name = `reduced-${randomUUID().slice(0, 8)}`

let lab: TestLab
let allow: (rules: Partial<Reducible>) => Promise<void>
beforeAll(async () => {
  const serviceAccount = { ...operatorAccount, name }
  const kubeconfig = await (await controlPlane()).kubeconfigFor({ serviceAccount })
  allow = (rules) => bindTo(serviceAccount, { everywhere, own, ...rules })
  await allow({})
  // The last flag of a name counts.
  lab = await startTestLab({ operatorArgs: ['--kubeconfig', kubeconfig] })
})
afterAll(async () => {
  await lab.stop()
  await bindTo({ ...operatorAccount, name }, { everywhere: [], own: [] })
})

/** A right that is asked for only when a watch or the process begins is not missed by one that runs. */
const whileRunning = ({ without }: { without: string }) => !/^(list|watch) |finalizers|kube-system/.test(without)

const cases = [
  ...withoutEach(everywhere).map(({ without, rules }) => ({ without, change: { everywhere: rules } })),
  ...withoutEach(own).map(({ without, rules }) => ({ without: `${without} of its own`, change: { own: rules } })),
].filter(whileRunning)

describe('a Project', () => {
  it.each(cases)('does not live as it should without: $without', async ({ change }) => {
    await allow(change)
    try {
      const outcome = await lifeUnder(lab, { rules: granted, account: name }).catch((error: Error) => error.message)
      expect(outcome).toMatch(/^(Forbidden|Cannot see)/)
    } finally {
      await allow({})
      await clearProjects(lab.api)
    }
  })

  it('lives with all of them', async () => {
    expect(await lifeUnder(lab, { rules: granted, account: name })).toBe('lived')
  })
})
