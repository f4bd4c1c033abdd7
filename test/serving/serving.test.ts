// What the process shows of itself, as it is put together: which page says what, and when.

import { afterEach, describe, expect, it } from 'vitest'
import { readConfig } from '../../src/config.ts'
import type { Transport } from '../../src/kube/transport.ts'
import { createLogger } from '../../src/log.ts'
import type { HealthServer } from '../../src/serving/health.ts'
import { createLiveness } from '../../src/serving/liveness.ts'
import { createMetrics } from '../../src/serving/metrics.ts'
import { serve } from '../../src/serving/serving.ts'
import { fakeClock } from '../support/fake-clock.ts'

let server: HealthServer | undefined
afterEach(() => server?.close())

/** A process whose parts can be made to hang. */
async function start(flags: readonly string[] = []) {
  const read = readConfig(['--namespace', 'botyard-system', '--health-address', '127.0.0.1:0', ...flags], {})
  if (read.kind !== 'config') throw new Error(`Cannot read the flags: ${JSON.stringify(read)}`)
  const clock = fakeClock()
  const parts = {
    cache: { lastActivity: clock.monotonic(), synced: true, lastError: undefined as unknown },
    controller: { overdue: 0, workers: 64 },
    isAllowed: true,
  }
  const request = async () => ({ status: { allowed: parts.isAllowed } })
  const log = createLogger({ level: 'silent', destination: { write: () => {} }, redact: (text) => text, clock })
  server = await serve({
    ...{ config: read.config, clock, log, metrics: createMetrics(), liveness: createLiveness({ clock }) },
    ...{ transport: { request } as unknown as Transport, cache: parts.cache, controller: parts.controller },
  })
  const { port } = server
  const get = async (page: string): Promise<[number, string]> => {
    const answer = await fetch(`http://127.0.0.1:${port}/${page}`)
    return [answer.status, await answer.text()]
  }
  return { clock, parts, get }
}

const well = [200, 'ok\n']

describe('the pages of a process', () => {
  it('say that it is alive and ready', async () => {
    const { get } = await start()
    expect([await get('healthz'), await get('readyz')]).toEqual([well, well])
  })

  it('say that it is alive, and not ready, until its caches have synced', async () => {
    const { get, parts } = await start()
    parts.cache.synced = false
    expect(await get('readyz')).toEqual([503, expect.stringContaining('Projects have not been listed yet')])
    expect(await get('healthz')).toEqual(well)
    parts.cache.synced = true
    expect(await get('readyz')).toEqual(well)
  })

  it('say that it is not ready while rights are missing, which a restart does not mend', async () => {
    const { get, parts } = await start()
    parts.isAllowed = false
    expect(await get('readyz')).toEqual([503, expect.stringContaining('The operator may not get projects.botyard.dev')])
    expect(await get('healthz')).toEqual(well)
  })

  it('say that it should be started anew when its watch hangs, and for how long it has', async () => {
    const { get, clock } = await start()
    await clock.advance(12 * 60_000 + 1)
    expect(await get('healthz')).toEqual([503, expect.stringContaining('no sign of life for more than 12 minutes')])
    expect((await get('metrics'))[1]).toContain('\nbotyard_watch_idle_seconds 720.001\n')
  })

  it('say that it should be started anew when every worker hangs', async () => {
    const { get, parts } = await start()
    parts.controller.overdue = 64
    expect(await get('healthz')).toEqual([503, expect.stringContaining('All 64 workers are held')])
  })

  it('have metrics over plain HTTP, unless these are served over HTTPS', async () => {
    const { get } = await start()
    expect(await get('metrics')).toEqual([200, expect.stringContaining('\nbotyard_build_info{')])
    await server?.close()
    const secure = await start(['--metrics-secure', '--metrics-address', '127.0.0.1:0'])
    expect(await secure.get('metrics')).toEqual([404, expect.stringContaining('over HTTPS')])
  })
})
