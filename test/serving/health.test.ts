import { connect } from 'node:net'
import { fetch } from 'undici'
import { afterEach, describe, expect, it } from 'vitest'
import { type HealthDeps, type HealthServer, startHealthServer } from '../../src/serving/health.ts'

let server: HealthServer | undefined
afterEach(() => server?.close())

async function serve(
  more: Partial<HealthDeps> = {},
): Promise<(path: string, method?: string) => Promise<[number, string]>> {
  const well = () => []
  server = await startHealthServer({
    host: '127.0.0.1',
    port: 0,
    healthz: well,
    readyz: well,
    metrics: { contentType: 'text/plain; version=0.0.4', render: async () => 'botyard_x 1\n' },
    ...more,
  })
  const { port } = server
  return async (path, method = 'GET') => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { method })
    return [response.status, await response.text()]
  }
}

describe('the health pages', () => {
  it('say ok when nothing is wrong', async () => {
    const ask = await serve()
    expect(await ask('/healthz')).toEqual([200, 'ok\n'])
    expect(await ask('/readyz?verbose')).toEqual([200, 'ok\n'])
    expect(await ask('/metrics')).toEqual([200, 'botyard_x 1\n'])
  })

  it('say what is wrong, and ask anew each time', async () => {
    let problems = ['the Project list has not been read', 'the CRD is missing']
    const ask = await serve({ readyz: async () => problems })
    expect(await ask('/readyz')).toEqual([503, 'the Project list has not been read\nthe CRD is missing\n'])
    expect(await ask('/healthz')).toEqual([200, 'ok\n'])
    problems = []
    expect(await ask('/readyz')).toEqual([200, 'ok\n'])
  })

  it('survive a check that throws, and do not show why', async () => {
    const ask = await serve({ healthz: () => Promise.reject(new Error('secret')) })
    expect(await ask('/healthz')).toEqual([500, 'the check itself failed\n'])
    expect(await ask('/readyz')).toEqual([200, 'ok\n'])
  })

  it('are these only, and only to be read', async () => {
    const ask = await serve()
    expect((await ask('/'))[0]).toBe(404)
    expect((await ask('/healthz/..'))[0]).toBe(404)
    expect((await ask('/healthz', 'POST'))[0]).toBe(405)
    expect(await ask('/healthz', 'HEAD')).toEqual([200, ''])
  })

  it('say where metrics are when they are served elsewhere', async () => {
    const ask = await serve({ metrics: undefined })
    expect(await ask('/metrics')).toEqual([404, 'metrics are served over HTTPS, at --metrics-address\n'])
    expect(await ask('/healthz')).toEqual([200, 'ok\n'])
  })

  it('say whose port it is that is taken', async () => {
    await serve()
    const port = server?.port ?? 0
    const well = () => []
    const metrics = { contentType: '', render: async () => '' }
    await expect(startHealthServer({ host: '127.0.0.1', port, healthz: well, readyz: well, metrics })).rejects.toThrow(
      `Cannot serve health on 127.0.0.1:${port}`,
    )
  })

  it('close at once, also with a connection open', async () => {
    await serve()
    const socket = connect({ host: '127.0.0.1', port: server?.port ?? 0 })
    await new Promise((resolve) => socket.once('connect', resolve))
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.on('error', () => {})
    await server?.close()
    await closed
  })
})
