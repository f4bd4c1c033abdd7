// What the proxy makes of a watch, line by line, and of a list.

import { Agent, request } from 'undici'
import { afterEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../simulators/kit/clock.ts'
import { createFaultDesk } from '../../simulators/kit/fault-desk.ts'
import { parseFaultPlan } from '../../simulators/kit/fault-plan.ts'
import { createFaults } from '../../simulators/kit/faults.ts'
import { serve } from '../../simulators/kit/serve.ts'
import { kubernetesBeginnings } from './kubernetes-hands.ts'
import { createRecordingProxy } from './recording-proxy.ts'
import { createWatchFaults } from './watch-faults.ts'

const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

const projects = '/apis/botyard.dev/v1alpha1/projects'
const route = 'GET /apis/*/*/projects'

/** An API server at revision 100 whose watches say three lines and end, behind a proxy with this plan. */
async function setUp(...faults: object[]) {
  const lists: string[] = []
  const upstream = await serve(async ({ url }) => {
    const { search, searchParams } = new URL(url)
    if (searchParams.has('watch')) return new Response('one\ntwo\nthree\n')
    lists.push(search)
    return Response.json({ metadata: { resourceVersion: '100' }, items: [] })
  })
  const clock = systemClock()
  const requests = { kubernetes: createFaults({ clock }) }
  const watchFaults = createWatchFaults({ clock })
  const unused = { api: undefined as never, directory: '/nowhere' }
  const desk = createFaultDesk({ requests, begin: kubernetesBeginnings({ clock, watchFaults, ...unused }) })
  const proxy = await createRecordingProxy({
    ...{ kubernetes: { url: upstream.url, ca: '' }, hcloud: upstream.url, telegram: upstream.url },
    ...{ faults: requests, watchFaults, listener: {} },
  })
  const dispatcher = new Agent({ connect: { ca: proxy.ca } })
  closers.push(upstream.close, proxy.close, () => dispatcher.destroy())
  const parsed = parseFaultPlan({ faults })
  if (!parsed.ok) throw new Error(parsed.problems.join())
  desk.take(parsed.plan)
  const ask = async (query: string) => {
    const { body } = await request(`${proxy.urls.kubernetes}${projects}?${query}`, {
      dispatcher,
      signal: AbortSignal.timeout(1_000),
    })
    let text = ''
    try {
      for await (const chunk of body) text += String(chunk)
      return { text, end: 'in order' }
    } catch (error) {
      return { text, end: (error as Error).name }
    }
  }
  return { ask, lists, states: () => desk.list().map(({ state, hits }) => `${state} ${hits}`) }
}

const second = { route, skip: 1, times: 1 }

describe('a watch', () => {
  it.each<{ fault: object; text: string; end: string | RegExp }>([
    { fault: { kind: 'cutLine', ...second }, text: 'one\ntw', end: /Error/ },
    { fault: { kind: 'endWatch', ...second }, text: 'one\n', end: 'in order' },
    { fault: { kind: 'stallWatch', ...second }, text: 'one\n', end: 'TimeoutError' },
    { fault: { kind: 'stallWatch', ms: 100, ...second }, text: 'one\ntwo\nthree\n', end: 'in order' },
    { fault: { kind: 'repeatLine', ...second }, text: 'one\ntwo\ntwo\nthree\n', end: 'in order' },
    { fault: { kind: 'wrongLine', body: '2', ...second }, text: 'one\n2\nthree\n', end: 'in order' },
    { fault: { kind: 'wrongLine', body: '', ...second }, text: 'one\n\nthree\n', end: 'in order' },
  ])('under $fault.kind shows $text', async ({ fault, text, end }) => {
    const { ask, states } = await setUp(fault)
    const seen = await ask('watch=1')
    expect(seen).toEqual({ text, end: typeof end === 'string' ? end : expect.stringMatching(end) })
    expect(states()).toEqual(['over 1'])
    expect(await ask('watch=1')).toEqual({ text: 'one\ntwo\nthree\n', end: 'in order' })
  })

  it('counts its lines with those of the watches before it', async () => {
    const { ask } = await setUp({ kind: 'endWatch', route, skip: 4, times: 1 })
    expect((await ask('watch=1')).text).toBe('one\ntwo\nthree\n')
    expect((await ask('watch=1')).text).toBe('one\n')
  })

  it('of another route is left alone, and so are lists', async () => {
    const { ask } = await setUp({ kind: 'endWatch', route: 'GET /api/v1/pods' }, { kind: 'wrongLine', route })
    expect((await ask('limit=5')).text).toContain('"items":[]')
  })
})

describe('a list', () => {
  it('under older is asked for exactly so many revisions ago, a further page of it as it is', async () => {
    const { ask, lists } = await setUp({ kind: 'older', revisions: 7, route })
    await ask('limit=5&resourceVersion=99&resourceVersionMatch=NotOlderThan')
    await ask('limit=5&continue=token')
    expect(lists).toEqual([
      '?limit=1',
      '?limit=5&resourceVersion=93&resourceVersionMatch=Exact',
      '?limit=5&continue=token',
    ])
  })
})
