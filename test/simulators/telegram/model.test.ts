// Random lists of calls against a small model of one bot: no update is lost, sent out of turn, or sent again after a
// 200; what waits is counted right; webhook and getUpdates exclude each other.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sleep } from '../../../simulators/kit/clock.ts'
import type { Attempt, PostUpdate } from '../../../simulators/telegram/post-update.ts'
import { fakeClock } from '../../support/fake-clock.ts'
import { type ApiAnswer, setup as setupApi, url } from './bot-api.ts'
import { createWebhookModel, type SetOptions } from './webhook-model.ts'

type Server = { answers: 'ok' | 'late' | 'error' | 'busy'; retryAfter: number }

type Operation =
  | ({ does: 'set'; path: string; max: number; secret: string } & SetOptions)
  | ({ does: 'delete' } & Omit<SetOptions, 'flaw'>)
  | { does: 'update'; kind: string; chat: number }
  | { does: 'poll'; offset: 'none' | 'next' | 'second' | 'last'; limit: number }
  | { does: 'pollDuring'; other: 'update' | 'set' | 'poll' | 'nothing' }
  | { does: 'wait'; ms: number }
  | { does: 'server'; server: Server }

const hourMs = 3_600_000
const chat = fc.integer({ min: 1, max: 3 })
const kind = fc.constantFrom('message', 'callback_query', 'chat_member')
const allow = fc.option(fc.subarray(['message', 'callback_query', 'chat_member'], { minLength: 1 }), { nil: undefined })

const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      does: fc.constant('set' as const),
      path: fc.constantFrom('', '/other'),
      max: fc.constantFrom(1, 2, 40),
      secret: fc.constantFrom('', 's'),
      drop: fc.constantFrom(false, false, true),
      allow,
      flaw: fc.constantFrom<SetOptions['flaw']>(undefined, undefined, undefined, 'url', 'port'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('delete' as const), drop: fc.boolean(), allow }) },
  { weight: 6, arbitrary: fc.record({ does: fc.constant('update' as const), kind, chat }) },
  {
    weight: 3,
    arbitrary: fc.record({
      does: fc.constant('poll' as const),
      offset: fc.constantFrom('none' as const, 'next' as const, 'second' as const, 'last' as const),
      limit: fc.constantFrom(1, 2, 100),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      does: fc.constant('pollDuring' as const),
      other: fc.constantFrom('update' as const, 'set' as const, 'poll' as const, 'nothing' as const),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      does: fc.constant('wait' as const),
      ms: fc.constantFrom(0, 100, 500, 1_000, 2_500, 60_000, hourMs, 86_370_000, 86_400_000),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      does: fc.constant('server' as const),
      server: fc.record({
        answers: fc.constantFrom('ok' as const, 'late' as const, 'error' as const, 'busy' as const),
        retryAfter: fc.constantFrom(7, 7_200),
      }),
    }),
  },
)

async function setup() {
  const clock = fakeClock()
  const model = createWebhookModel(clock)
  let server: Server = { answers: 'ok', retryAfter: 0 }

  const post: PostUpdate = async (webhook, body, { signal }) => {
    const { update_id: id } = JSON.parse(body) as { update_id: number }
    const { url: to, maxConnections, secretToken } = webhook
    model.attempted(id, { url: to, maxConnections, secretToken })
    const { answers, retryAfter } = server
    if (answers === 'late') await sleep(clock, 5_000)
    if (answers === 'ok' || answers === 'late') {
      // The webhook may be another one by now: then this answer does not count.
      if (!signal.aborted) model.taken(id)
      return { kind: 'ok', contentType: '', body: '' }
    }
    const asked = answers === 'busy' ? retryAfter : 0
    model.refused(id, asked)
    return refusal(asked)
  }
  const api = setupApi({ clock, post })
  await api.call('getMe')

  /** Lets time pass until the answer is there: a conflict may be held back, a poll may have to wait. */
  async function patiently(answer: Promise<ApiAnswer>): Promise<ApiAnswer['body']> {
    let done = false
    const settled = answer.finally(() => {
      done = true
    })
    await clock.advance(0)
    while (!done) await clock.advance(250)
    return (await settled).body
  }
  const serve = (next: Server): void => {
    server = next
  }
  return { ...api, model, patiently, serve }
}

const refusal = (retryAfter: number): Attempt => ({ kind: 'failed', message: 'Refused', retryAfter })
const optional = ({ drop, allow }: Pick<SetOptions, 'drop' | 'allow'>) => ({
  drop_pending_updates: String(drop),
  ...(allow && { allowed_updates: JSON.stringify(allow) }),
})
const idsOf = ({ result }: ApiAnswer['body']) => (result as { update_id: number }[]).map((one) => one.update_id)

type World = Awaited<ReturnType<typeof setup>>
type Doing<Does extends Operation['does']> = Extract<Operation, { does: Does }>

const perform: { [Does in Operation['does']]: (world: World, operation: Doing<Does>) => Promise<void> } = {
  async set({ model, call }, { path, max, secret, ...options }) {
    const given = { url: 'ftp://x', port: 'https://127.64.1.1:99/', none: url + path }[options.flaw ?? 'none']
    const expected = model.set({ url: given, maxConnections: max, secretToken: secret }, options)
    const settings = { url: given, max_connections: String(max), secret_token: secret }
    const { body } = await call('setWebhook', { ...settings, ...optional(options) })
    expect(body.error_code ?? body.description).toBe(expected)
  },

  async delete({ model, call }, options) {
    const expected = model.delete(options)
    expect((await call('deleteWebhook', optional(options))).body.description).toBe(expected)
  },

  async update(world, { kind, chat }) {
    receive(world, { kind, chatID: chat })
  },

  async poll({ model, call, patiently }, { offset, limit }) {
    const ids = model.queue().map(({ id }) => id)
    const last = ids.at(-1) ?? 0
    const wanted = { none: 0, next: last === 0 ? 0 : last + 1, second: ids[1] ?? 0, last: -1 }[offset]
    const expected = model.webhook() === undefined ? model.poll({ offset: wanted, limit }) : 409
    const body = await patiently(call('getUpdates', { offset: String(wanted), limit: String(limit) }))
    expect(body.error_code ?? idsOf(body)).toEqual(expected)
  },

  async pollDuring(world, { other }) {
    const { model, call, patiently, clock } = world
    if (model.webhook() !== undefined || model.queue().length > 0) return
    await clock.advance(3_000)
    model.poll({ offset: 0, limit: 100 })
    const poll = call('getUpdates', { timeout: '20' })
    await clock.advance(1_000)
    const words = await interrupt[other](world)
    const before = clock.monotonic()
    const body = await patiently(poll)
    expect(body.description ?? idsOf(body)).toEqual(words)
    if (typeof words !== 'string' && words.length > 0) expect(clock.monotonic(), 'at once').toBe(before)
  },

  /** Over a day a server that refuses would be asked a thousand times for each chat: it asks for an hour's peace. */
  async wait({ clock, serve }, { ms }) {
    if (ms > hourMs) serve({ answers: 'busy', retryAfter: 7_200 })
    await clock.advance(ms)
  },

  async server({ serve }, { server }) {
    serve(server)
  },
}

/** Told to the model first: the simulator sends at once. */
function receive({ model, telegram, bot, clock }: World, update: { kind: string; chatID: number }): number[] {
  const wanted = model.wants(update.kind)
  const id = bot().lastUpdateID + 1
  const expiresAt = Math.floor(clock.now() / 1_000) + 86_400
  if (wanted) model.arrived({ id, chat: update.chatID, expiresAt })
  expect(telegram.receive(bot(), { ...update, content: {} })?.id).toBe(wanted ? id : undefined)
  return wanted ? [id] : []
}

/** What happens while a getUpdates waits, and how that one ends. */
const interrupt: Record<Doing<'pollDuring'>['other'], (world: World) => Promise<string | number[]>> = {
  update: async (world) => receive(world, { kind: 'message', chatID: 1 }),
  nothing: async () => [],
  async set(world) {
    const plain = { path: '', max: 40, secret: '', drop: false, allow: undefined, flaw: undefined }
    await perform.set(world, { does: 'set', ...plain })
    return 'Conflict: terminated by setWebhook request'
  },
  async poll({ model, call, patiently }) {
    model.poll({ offset: 0, limit: 100 })
    expect(idsOf(await patiently(call('getUpdates', { timeout: '1' })))).toEqual([])
    return 'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running'
  },
}

async function check({ model, info, clock }: World): Promise<void> {
  await clock.advance(0)
  model.checkBusy()
  expect(model.violations).toEqual([])
  const told = await info()
  expect(told['pending_update_count']).toBe(model.queue().length)
  expect(told['last_error_date']).toBe(model.lastErrorAt())
  expect(told['url']).toBe(model.webhook()?.url ?? '')
}

describe('the webhook of a bot and its queue', () => {
  it('are as the model says, whatever is done to them in whatever order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { maxLength: 50, size: 'max' }), async (operations) => {
        const world = await setup()
        for (const operation of operations) {
          await perform[operation.does](world, operation as never)
          await check(world)
        }
        await deliverTheRest(world)
        world.telegram.stop()
      }),
      { numRuns: 400 },
    )
  })
})

/** In the end nothing is left: with a server that takes them, all updates arrive. */
async function deliverTheRest(world: World): Promise<void> {
  world.serve({ answers: 'ok', retryAfter: 0 })
  await world.clock.advance(1_000)
  const anew = { path: '/last', max: 1, secret: '', drop: false, allow: undefined, flaw: undefined }
  await perform.set(world, { does: 'set', ...anew })
  await check(world)
  expect(world.model.queue()).toEqual([])
}
