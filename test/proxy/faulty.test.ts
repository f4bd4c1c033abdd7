// The fault vocabulary before an API server: the proxy carries it out over TLS, on plain calls and on watches.

import { Agent, request } from 'undici'
import { afterEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../simulators/kit/clock.ts'
import type { FaultKind } from '../../simulators/kit/fault.ts'
import { createFaults } from '../../simulators/kit/faults.ts'
import { serve } from '../../simulators/kit/serve.ts'
import { createRecordingProxy } from './recording-proxy.ts'

const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

const projects = '/apis/botyard.dev/v1alpha1/namespaces/default/projects'
const whole = JSON.stringify({ kind: 'Project', metadata: { name: 'echo' } })

/** An API server with one Project, and what a client and the world see of one call. */
async function setup(fault: FaultKind | undefined, route = 'ANY *') {
  const effects: string[] = []
  const upstream = await serve(async ({ method, url }) => {
    effects.push(`${method} ${new URL(url).pathname}`)
    return new Response(whole, { headers: { 'content-type': 'application/json' } })
  })
  const faults = createFaults({ clock: systemClock() })
  if (fault !== undefined) faults.add({ route, ...fault })
  const recorded: string[] = []
  const proxy = await createRecordingProxy({
    ...{ kubernetes: { url: upstream.url, ca: '' }, hcloud: upstream.url, telegram: upstream.url },
    ...{
      faults: { kubernetes: faults },
      listener: { after: ({ verb, path }) => void recorded.push(`${verb} ${path}`) },
    },
  })
  const dispatcher = new Agent({ connect: { ca: proxy.ca } })
  closers.push(
    () => upstream.close(),
    () => proxy.close(),
    () => dispatcher.destroy(),
  )
  const ask = (target = `${projects}/echo`, patience = 5_000) =>
    request(`${proxy.urls.kubernetes}${target}`, { dispatcher, signal: AbortSignal.timeout(patience) })
  const call = async (target?: string, patience?: number) => {
    const { statusCode: status, headers, body } = await ask(target, patience)
    return { status, headers, body: await body.text() }
  }
  return { ask, call, effects, recorded, faults }
}

const effect = [`GET ${projects}/echo`]

describe('before the API server', () => {
  it('nothing is changed without a fault', async () => {
    const { call, effects } = await setup(undefined)
    expect(await call()).toMatchObject({ status: 200, body: whole })
    expect(effects).toEqual(effect)
  })

  it.each<{ fault: FaultKind; happens: boolean; error: RegExp }>([
    { fault: { kind: 'before' }, happens: false, error: /ECONNRESET|other side closed/ },
    { fault: { kind: 'after' }, happens: true, error: /ECONNRESET|other side closed/ },
    { fault: { kind: 'half' }, happens: true, error: /other side closed|terminated|ECONNRESET/ },
    { fault: { kind: 'stuck' }, happens: true, error: /timeout|aborted/i },
    { fault: { kind: 'held' }, happens: false, error: /timeout|aborted/i },
    { fault: { kind: 'late' }, happens: true, error: /timeout|aborted/i },
  ])('$fault.kind gives no whole answer', async ({ fault, happens, error }) => {
    const { call, effects, recorded } = await setup(fault)
    await expect(call(undefined, 400)).rejects.toThrow(error)
    expect(effects).toEqual(happens ? effect : [])
    expect(recorded).toHaveLength(happens ? 1 : 0)
  })

  it.each<'half' | 'stuck'>(['half', 'stuck'])('%s brings half of the body before its end', async (kind) => {
    const { ask } = await setup({ kind })
    const { body } = await ask(undefined, 400)
    let text = ''
    const reading = (async () => {
      for await (const chunk of body) text += String(chunk)
    })()
    await expect(reading).rejects.toThrow()
    expect(text).toBe(whole.slice(0, Math.floor(whole.length / 2)))
  })

  it.each<{ fault: FaultKind; happens: boolean; answer: object }>([
    {
      fault: { kind: 'status', status: 429, body: '{}', headers: { 'Retry-After': '1' } },
      ...{
        happens: false,
        answer: { status: 429, body: '{}', headers: expect.objectContaining({ 'retry-after': '1' }) },
      },
    },
    { fault: { kind: 'wrongBody', body: '{]' }, happens: true, answer: { status: 200, body: '{]' } },
    { fault: { kind: 'slow', ms: 100 }, happens: true, answer: { status: 200, body: whole } },
    { fault: { kind: 'held', ms: 50 }, happens: true, answer: { status: 200, body: whole } },
  ])('$fault.kind answers as it says', async ({ fault, happens, answer }) => {
    const { call, effects } = await setup(fault)
    expect(await call()).toMatchObject(answer)
    expect(effects).toEqual(happens ? effect : [])
  })

  it('twice asks the API server two times, and each is recorded', async () => {
    const { call, effects, recorded } = await setup({ kind: 'twice' })
    expect(await call()).toMatchObject({ status: 200, body: whole })
    expect(effects).toEqual([...effect, ...effect])
    expect(recorded).toHaveLength(2)
  })

  it('routes see the path of the API server, without its query', async () => {
    const { call } = await setup({ kind: 'status', status: 500 }, 'GET /apis/botyard.dev/*/namespaces/*/projects')
    expect((await call(`${projects}?limit=500`)).status).toBe(500)
    expect((await call()).status).toBe(200)
  })

  it('a watch is passed through, or answered otherwise when it begins', async () => {
    const watch = `${projects}?watch=1`
    const { call, effects, faults } = await setup({ kind: 'late', ms: 50 })
    expect(await call(watch)).toMatchObject({ status: 200, body: whole })
    faults.clear()
    faults.add({ route: 'GET *', kind: 'twice' })
    expect(await call(watch)).toMatchObject({ status: 200, body: whole })
    expect(effects).toHaveLength(3)
    faults.clear()
    faults.add({ route: 'GET *', kind: 'status', status: 410 })
    expect((await call(watch)).status).toBe(410)
    faults.clear()
    faults.add({ route: 'GET *', kind: 'after' })
    await expect(call(watch)).rejects.toThrow()
  })
})
