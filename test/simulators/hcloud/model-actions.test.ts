// Actions: they run for their time and end once, progress never goes back, locks last exactly as long, and what an action
// promises comes true only when it succeeds.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { holdsAgainst, outcome, pickOf, type Step } from './model.ts'
import type { Body, Lab } from './support.ts'

/** Seconds of what a step can do, as the documentation of the simulator promises them. */
const seconds = { enable_backup: 1, rebuild_server: 12, attach_volume: 2, detach_volume: 2 }

type Command = keyof typeof seconds

interface Action {
  id: number
  command: Command
  started: number
  fails: boolean
  locks: readonly object[]
  ended: boolean
  succeed(): void
  fail(): void
}

interface Server {
  id: number
  image: string
  hasBackups: boolean
}

interface Model {
  now: number
  servers: Server[]
  volume: { id: number; server: number | null }
  actions: Action[]
  /** How many of the next ones fail, by command. */
  failing: Map<Command, number>
  /** The last that was seen of each. */
  progress: Map<number, number>
}

const endOf = ({ started, command }: Action): number => started + seconds[command] * 1000

const isBusy = ({ actions }: Model, thing: object): boolean =>
  actions.some(({ ended, locks }) => !ended && locks.includes(thing))

/** Remembers an action that was accepted; what must happen at its end happens when the model's time gets there. */
function begin(model: Model, id: number, o: Pick<Action, 'command' | 'locks' | 'succeed'> & { fail?(): void }): void {
  const left = model.failing.get(o.command) ?? 0
  if (left > 0) model.failing.set(o.command, left - 1)
  model.actions.push({ fail: () => {}, ...o, id, started: model.now, fails: left > 0, ended: false })
}

function pass(model: Model, milliseconds: number): void {
  model.now += milliseconds
  const due = model.actions.filter((one) => !one.ended && endOf(one) <= model.now)
  for (const action of due.sort((a, b) => endOf(a) - endOf(b))) {
    action.ended = true
    if (action.fails) action.fail()
    else action.succeed()
  }
}

const pick = fc.nat(1)

const wait = fc.constantFrom(300, 1_000, 1_999, 7_000, 30_000).map(
  (milliseconds): Step<Model> => ({
    text: `wait ${milliseconds} ms`,
    async run(model, { clock }) {
      await clock.advance(milliseconds)
      pass(model, milliseconds)
    },
  }),
)

const failNext = fc.constantFrom(...(Object.keys(seconds) as Command[])).map(
  (command): Step<Model> => ({
    text: `let the next ${command} fail`,
    async run({ failing }, { simulator }) {
      const error = { code: 'action_failed', message: 'it was not to be' }
      simulator.control.addFault({ kind: 'actionFailure', command, error, times: 1 })
      failing.set(command, (failing.get(command) ?? 0) + 1)
    },
  }),
)

interface Wish {
  path: string
  body?: object
  command: Command
  succeed(): void
}

const wishes: ((server: Server) => Wish)[] = [
  (server) => ({
    path: 'enable_backup',
    command: 'enable_backup',
    succeed: () => {
      server.hasBackups = true
    },
  }),
  (server) => ({
    path: 'rebuild',
    body: { image: 'ubuntu-24.04' },
    command: 'rebuild_server',
    succeed: () => {
      server.image = 'ubuntu-24.04'
    },
  }),
]

const act = fc.record({ pick, wish: fc.constantFrom(...wishes) }).map(
  (o): Step<Model> => ({
    text: `do something to server ${o.pick}`,
    async run(model, { api }) {
      const server = pickOf(model.servers, o.pick)
      if (server === undefined) return
      const { path, body, ...wish } = o.wish(server)
      const answer = await api('POST', `/servers/${server.id}/actions/${path}`, body)
      expect(outcome(answer)).toBe(isBusy(model, server) ? 'locked' : 201)
      if (answer.status === 201) begin(model, answer.body.action.id, { ...wish, locks: [server] })
    },
  }),
)

const attach = pick.map(
  (which): Step<Model> => ({
    text: `attach the volume to server ${which}`,
    async run(model, { api }) {
      const { volume } = model
      const server = pickOf(model.servers, which)
      if (server === undefined) return
      const answer = await api('POST', `/volumes/${volume.id}/actions/attach`, { server: server.id })
      const taken = volume.server === null ? undefined : 'volume_already_attached'
      const refused = isBusy(model, volume) ? 'locked' : (taken ?? (isBusy(model, server) ? 'locked' : 201))
      expect(outcome(answer)).toBe(refused)
      if (answer.status !== 201) return
      volume.server = server.id
      const fail = () => {
        volume.server = null
      }
      const locks = [server, volume]
      begin(model, answer.body.action.id, { command: 'attach_volume', locks, succeed: () => {}, fail })
    },
  }),
)

const detach = fc.constant<Step<Model>>({
  text: 'detach the volume',
  async run(model, { api }) {
    const { volume } = model
    const server = model.servers.find(({ id }) => id === volume.server)
    const answer = await api('POST', `/volumes/${volume.id}/actions/detach`)
    if (isBusy(model, volume)) return expect(outcome(answer)).toBe('locked')
    if (server === undefined) return expect(outcome(answer)).toBe('invalid_input')
    expect(outcome(answer)).toBe(isBusy(model, server) ? 'locked' : 201)
    if (answer.status !== 201) return
    const succeed = () => {
      volume.server = null
    }
    begin(model, answer.body.action.id, { command: 'detach_volume', locks: [server, volume], succeed })
  },
})

const seconds3339 = (milliseconds: number): string => new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z')

async function compare(model: Model, { api }: Lab): Promise<void> {
  const shown = model.actions.slice(-40)
  if (shown.length > 0) {
    const query = shown.map(({ id }) => `id=${id}`).join('&')
    const { actions } = (await api('GET', `/actions?${query}&per_page=50`)).body
    expect(actions.map(({ id }: Body) => id)).toEqual(shown.map(({ id }) => id))
    for (const [index, action] of shown.entries()) compareAction(model, action, actions[index])
  }
  for (const server of model.servers) {
    const seen = (await api('GET', `/servers/${server.id}`)).body.server
    expect([seen.locked, seen.image.name, seen.backup_window !== null, seen.volumes]).toEqual([
      isBusy(model, server),
      server.image,
      server.hasBackups,
      model.volume.server === server.id ? [model.volume.id] : [],
    ])
  }
}

function compareAction({ progress }: Model, action: Action, seen: Body): void {
  const status = action.ended ? (action.fails ? 'error' : 'success') : 'running'
  expect(seen).toMatchObject({
    command: action.command,
    status,
    started: seconds3339(action.started),
    finished: action.ended ? seconds3339(endOf(action)) : null,
    error: status === 'error' ? { code: 'action_failed' } : null,
  })
  expect(seen.progress === 100).toBe(status === 'success')
  expect(seen.progress).toBeGreaterThanOrEqual(progress.get(action.id) ?? 0)
  progress.set(action.id, seen.progress)
}

async function start(lab: Lab): Promise<Model> {
  const servers = [await lab.runningServer(), await lab.runningServer()].map(
    ({ id }): Server => ({ id, image: 'debian-13', hasBackups: false }),
  )
  const { volume } = (await lab.api('POST', '/volumes', { name: 'v', size: 10, location: 'nbg1' })).body
  await lab.clock.advance(60_000)
  return {
    ...{ servers, volume: { id: volume.id, server: null }, now: lab.clock.now() },
    ...{ actions: [], failing: new Map(), progress: new Map() },
  }
}

describe('actions', () => {
  it('begin, go on and end as a model of them says, over any list of steps', async () => {
    await holdsAgainst({ steps: [act, act, attach, detach, failNext, wait, wait], start, compare, longest: 30 })
  }, 60_000)
})
