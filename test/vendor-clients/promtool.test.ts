// Prometheus's own tool reads /metrics of a running operator, and finds nothing to complain of.

import { expect, it } from 'vitest'
import { findPromtool } from '../../scripts/vendor-clients/promtool.ts'
import { busyMetrics } from '../serving/busy-metrics.ts'
import { startIdleOperator } from '../serving/idle-operator.ts'
import { complaints } from '../serving/promlint.ts'
import { parseExposition } from '../support/exposition.ts'
import { describeClient } from './describe-client.ts'
import { runClient } from './run-client.ts'

const prepared = await findPromtool()

/** It says what is wrong on its standard error, and ends with 3. */
const check = (page: string) =>
  runClient({ program: prepared.ready ?? '', args: ['check', 'metrics'], env: {}, input: page })

const allIsWell = { code: 0, stdout: '', stderr: '' }

/** One of each kind of name that is wrong, and good ones that look alike. */
const names = [
  ...['counter shop_orders', 'gauge shop_orders_total', 'gauge shop_orders_count', 'gauge shop_order_sum'],
  ...['gauge shop_orders_bucket', 'gauge shop_gauge_open', 'counter shop_counter_total', 'gauge shop:orders'],
  ...['gauge shopOrders', 'gauge shop_wait_ms', 'gauge shop_wait_milliseconds', 'gauge shop_wait_minutes'],
  ...['gauge shop_size_kb', 'gauge shop_size_kilobytes', 'gauge shop_wait_s', 'gauge shop_open_days'],
  ...['counter shop_orders_served_total', 'gauge shop_wait_seconds', 'gauge shop_size_bytes', 'gauge shop_build_info'],
  ...['gauge shop_account_open', 'gauge shop_countdown_seconds', 'gauge shop_full_ratio'],
].map((line) => line.split(' ') as [type: string, name: string])

describeClient('promtool', prepared, () => {
  it('has nothing to say of an operator that has just begun to lead', async () => {
    await using operator = await startIdleOperator(['--leader-elect'])
    const page = await operator.scrape()
    expect(page).toContain('leader_election_master_status{name="botyard"} 1')
    expect(await check(page)).toEqual(allIsWell)
  })

  it('has nothing to say of metrics in which everything has happened once', async () => {
    expect(await check(await busyMetrics().metrics.page.render())).toEqual(allIsWell)
  })

  it('refuses a page that it cannot read', async () => {
    const page = await busyMetrics().metrics.page.render()
    expect((await check(page.replaceAll('le="', 'le='))).code).not.toBe(0)
  })

  it.each(names)('judges the %s %s as our own copy of its rules does', async (type, name) => {
    const page = `# HELP ${name} Anything\n# TYPE ${name} ${type}\n${name} 1\n`
    const { code, stderr } = await check(page)
    const isOurs = parseExposition(page).flatMap(complaints).length > 0
    expect({ code, stderr, isOurs }).toMatchObject({ code: isOurs ? 3 : 0 })
  })
})
