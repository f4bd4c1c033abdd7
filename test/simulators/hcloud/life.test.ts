// Whatever is asked in whatever order: what must hold for servers, names, locks and actions holds after every step.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ServerSnapshot } from '../../../simulators/hcloud/snapshot.ts'
import { type Body, createLab, type Lab } from './support.ts'

type Step =
  | { kind: 'create'; name: string; start: boolean }
  | { kind: 'rename'; pick: number; name: string }
  | { kind: 'act'; pick: number; action: string }
  | { kind: 'delete'; pick: number }
  | { kind: 'vanish'; pick: number }
  | { kind: 'fail'; command: string }
  | { kind: 'wait'; ms: number }

const name = fc.constantFrom('a', 'b', 'c')
const pick = fc.nat(3)

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('create' as const), name, start: fc.boolean() }),
  fc.record({ kind: fc.constant('rename' as const), pick, name }),
  fc.record({
    kind: fc.constant('act' as const),
    pick,
    action: fc.constantFrom('poweron', 'poweroff', 'shutdown', 'reboot', 'reset'),
  }),
  fc.record({ kind: fc.constant('delete' as const), pick }),
  fc.record({ kind: fc.constant('vanish' as const), pick }),
  fc.record({
    kind: fc.constant('fail' as const),
    command: fc.constantFrom('create_server', 'start_server', 'delete_server', 'stop_server'),
  }),
  fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(500, 1_500, 5_000, 20_000) }),
)

async function run(lab: Lab, one: Step): Promise<void> {
  const { simulator, clock } = lab
  const servers = simulator.control.state().projects[0]?.servers ?? []
  switch (one.kind) {
    case 'wait':
      return clock.advance(one.ms)
    case 'fail':
      return void simulator.control.addFault({
        kind: 'actionFailure',
        command: one.command,
        error: { code: 'action_failed', message: 'no' },
        times: 1,
      })
    case 'create':
      return create(lab, one, servers)
    default: {
      const server = servers[one.pick]
      if (server !== undefined) await change(lab, one, { server, servers })
    }
  }
}

async function create({ api }: Lab, one: Step & { kind: 'create' }, servers: readonly ServerSnapshot[]): Promise<void> {
  const body = { name: one.name, server_type: 'cx23', image: 'debian-13', start_after_create: one.start }
  const { status } = await api('POST', '/servers', body)
  expect(status).toBe(servers.some((server) => server.name === one.name) ? 409 : 201)
}

async function change(
  { api, simulator }: Lab,
  one: Step & { pick: number },
  { server, servers }: { server: ServerSnapshot; servers: readonly ServerSnapshot[] },
): Promise<void> {
  const path = `/servers/${server.id}`
  const nameTaken = one.kind === 'rename' && servers.some((other) => other !== server && other.name === one.name)
  switch (one.kind) {
    case 'vanish':
      return simulator.control.deleteServer(server.id)
    case 'rename':
      return expect((await api('PUT', path, { name: one.name })).status).toBe(nameTaken ? 409 : 200)
    case 'delete':
      return expect((await api('DELETE', path)).status).toBe(server.locked ? 423 : 200)
    case 'act':
      return expect((await api('POST', `${path}/actions/${one.action}`)).status).toBe(server.locked ? 423 : 201)
  }
}

async function checkWorld({ api, powered }: Lab, progress: Map<number, number>): Promise<void> {
  const { servers } = (await api('GET', '/servers')).body
  const { actions } = (await api('GET', '/servers/actions?per_page=50')).body
  const { primary_ips: addresses } = (await api('GET', '/primary_ips?per_page=50')).body
  expect(new Set(servers.map((server: Body) => server.name)).size).toBe(servers.length)
  for (const server of servers) {
    const running = actions.filter(
      (action: Body) => action.status === 'running' && action.resources[0].id === server.id,
    )
    expect(server.locked).toBe(running.length > 0)
    if (server.status === 'running') expect(powered.has(server.id)).toBe(true)
    if (['off', 'starting', 'stopping', 'deleting', 'initializing'].includes(server.status))
      expect(powered.has(server.id)).toBe(false)
  }
  const ids = servers.map((server: Body) => server.id)
  expect([...powered.keys()].every((id) => ids.includes(id))).toBe(true)
  expect(addresses.every((one: Body) => ids.includes(one.assignee_id))).toBe(true)
  for (const action of actions) {
    expect(action.progress).toBeGreaterThanOrEqual(progress.get(action.id) ?? 0)
    expect(action.finished === null).toBe(action.status === 'running')
    expect(action.progress === 100).toBe(action.status === 'success')
    expect(action.error === null).toBe(action.status !== 'error')
    progress.set(action.id, action.progress)
  }
}

describe('servers and their actions', () => {
  it('keep what must hold over any sequence of steps, and come to rest', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
        const lab = createLab()
        const progress = new Map<number, number>()
        await lab.api('GET', '/servers')
        for (const one of steps) {
          await run(lab, one)
          await checkWorld(lab, progress)
        }
        await lab.clock.advance(120_000)
        await checkWorld(lab, progress)
        expect(lab.simulator.control.state().projects[0]?.runningActions).toEqual([])
        expect(lab.clock.pending).toBe(0)
      }),
      { numRuns: 60 },
    )
  }, 60_000)
})
