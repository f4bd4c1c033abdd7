// Each right that the chart grants is needed: taken away alone, something that can be seen from outside breaks.

import { randomUUID } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { operatorAccount } from '../../scripts/control-plane/grant.ts'
import { renderChart } from '../../scripts/helm/render-chart.ts'
import { startChild } from '../../scripts/lab/child.ts'
import { type Operator, startOperator } from '../../scripts/lab/operator.ts'
import { controlPlane, waitFor } from '../support/control-plane.ts'
import { startTestLab, type TestLab } from '../support/test-lab.ts'
import { bindTo, type Reducible } from './bind-rights.ts'
import { lifeUnder } from './life-under-grant.ts'
import { type Reduced, type Rule, roleOf, withoutEach } from './rules.ts'

const rendered = await renderChart()
const everywhere = roleOf(rendered, 'ClusterRole botyard').rules
const own = roleOf(rendered, 'Role botyard').rules
const granted = roleOf(rendered, 'ClusterRole botyard-project-namespace').rules

const { namespace } = operatorAccount
/** Beside the operator's own, whose rights the other tests live by. */
const name = `reduced-${randomUUID().slice(0, 8)}`

let kubeconfig: string
let directory: string
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'botyard-test-'))
  kubeconfig = await (await controlPlane()).kubeconfigFor({ serviceAccount: { namespace, name } })
})
afterAll(async () => {
  await bindTo({ namespace, name }, { everywhere: [], own: [] })
  await rm(directory, { recursive: true, force: true })
})

const allow = (rules: Partial<Reducible>) => bindTo({ namespace, name }, { everywhere, own, ...rules })

const without = (rules: readonly Rule[], right: string): Rule[] => {
  const found = withoutEach(rules).find((reduced) => reduced.without === right)
  if (found === undefined) throw new Error(`Cannot take away ${right}: it is not there`)
  return found.rules
}

describe('the operator', () => {
  let operator: Operator
  beforeAll(async () => {
    await allow({ own: [] })
    // No provider is there: it has no Project to work for.
    const nowhere = 'http://127.0.0.1:9'
    operator = await startOperator({
      program: 'src/main.ts',
      access: { kubeconfig },
      hcloud: nowhere,
      telegram: nowhere,
      log: path.join(directory, 'operator.log'),
    })
  })
  afterAll(() => operator.stop())

  const ready = async () => {
    const answer = await fetch(`${operator.health}/readyz`).catch(() => undefined)
    return { ok: answer?.ok ?? false, text: ((await answer?.text()) ?? '').trim() }
  }

  const cases = [
    ...withoutEach(everywhere)
      .filter(({ without }) => /(projects\.botyard\.dev(\/status)?|events\.k8s\.io)$/.test(without))
      .map((reduced) => ({ ...reduced, says: `may not ${reduced.without}: check its ClusterRole` })),
    ...withoutEach(own).map((reduced) => ({
      ...reduced,
      says: `may not ${reduced.without} in namespace ${namespace}: check its Role there`,
    })),
  ]

  it.each(cases)('is not ready without: $without', async ({ without: right, rules, says }) => {
    await allow(right.endsWith('secrets') ? { own: rules } : { everywhere: rules })
    await waitFor(`the one line that says: ${says}`, async () => {
      const { ok, text } = await ready()
      return !ok && text === `The operator ${says}`
    })
  })

  it('is ready with all of them', async () => {
    await allow({})
    await waitFor('a ready operator', async () => (await ready()).ok)
  })
})

describe('an operator without a cluster id', () => {
  const start = (log: string) => {
    const flags = ['--kubeconfig', kubeconfig, '--namespace', namespace, '--health-address', '127.0.0.1:0']
    return startChild({ args: ['src/main.ts', ...flags], log: path.join(directory, log) })
  }
  const told = (log: string) => readFile(path.join(directory, log), 'utf8')

  it('ends without: get namespaces kube-system', async () => {
    await allow({ everywhere: without(everywhere, 'get namespaces kube-system') })
    const child = start('no-id.log')
    expect(await child.exited).toBe(1)
    expect((await told('no-id.log')).trim()).toMatch(/^botyard: [^\n]*kube-system[^\n]*$/)
  })

  it('works with it', async () => {
    await allow({})
    const child = start('id.log')
    await waitFor('an operator that works', async () => (await told('id.log')).includes('Botyard works'))
    await child.stop()
  })
})

describe('a Project', () => {
  it('gets no server without: update projects.botyard.dev/finalizers', async () => {
    await allow({ everywhere: without(everywhere, 'update projects.botyard.dev/finalizers') })
    // The last flag of a name counts.
    const reduced = await startTestLab({ operatorArgs: ['--kubeconfig', kubeconfig] })
    try {
      expect(await lifeUnder(reduced, { rules: granted, account: name })).toMatch(/^Forbidden.*blockOwnerDeletion/)
    } finally {
      await reduced.stop()
    }
  })

  describe('in a namespace', () => {
    let lab: TestLab
    beforeAll(async () => {
      lab = await startTestLab()
    })
    afterAll(() => lab.stop())

    const outcomes: Record<string, RegExp> = {
      // With the command that mends it, in the chart's own names.
      'get secrets':
        /may not read Secrets.*--clusterrole=botyard-project-namespace --serviceaccount=botyard-system:botyard$/,
      'create secrets': /^Forbidden.*POST/,
      'update secrets': /^Forbidden.*PUT/,
      'delete secrets': /^Secret left$/,
      'get configmaps': /may not read ConfigMap/,
    }

    it.concurrent.each(withoutEach(granted))(
      'does not live as it should without: $without',
      async (reduced: Reduced) => {
        expect(await lifeUnder(lab, { rules: reduced.rules })).toMatch(outcomes[reduced.without] ?? /never/)
      },
    )

    it.concurrent('lives with all rights', async ({ expect: see }) => {
      see(await lifeUnder(lab, { rules: granted })).toBe('lived')
    })
  })
})
