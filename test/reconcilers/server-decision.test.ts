import { describe, expect, it } from 'vitest'
import { decideServer, isAsWanted, type ServerWorld } from '../../src/reconcilers/server-decision.ts'
import { actionOf, serverOf } from '../support/hetzner-things.ts'

const now = Date.parse('2026-01-01T00:05:00Z')
const running = serverOf()
const off = serverOf({ status: 'off' })
const initializing = serverOf({ status: 'initializing', locked: true })
const starting = serverOf({ status: 'starting', locked: true })

const begun = (kind: string, deadline = '2026-01-01T00:10:00Z'): ServerWorld['operation'] => ({
  kind,
  actionIDs: [1, 2],
  startedAt: '2026-01-01T00:00:00Z',
  deadline,
})
const create = begun('Create')
const lateCreate = begun('Create', '2026-01-01T00:04:59Z')
const atLimit = begun('Create', '2026-01-01T00:05:00Z')
const failure = { code: 'create_failed', message: 'the host is broken', errorClass: 'Transient' } as const
const createFailed = [
  actionOf({ status: 'error', error: failure }),
  actionOf({ id: 2, command: 'start_server', status: 'error', error: failure }),
]
const startFailed = [
  actionOf({ status: 'success' }),
  actionOf({ id: 2, command: 'start_server', status: 'error', error: failure }),
]
const going = [actionOf({ status: 'success' }), actionOf({ id: 2, command: 'start_server' })]
const ended = [actionOf({ status: 'success' }), actionOf({ id: 2, command: 'start_server', status: 'success' })]

const world = (change: Partial<ServerWorld>): ServerWorld => ({
  servers: [],
  addressID: 7,
  operation: undefined,
  actions: [],
  now,
  wanted: { name: running.name, labels: running.labels },
  ...change,
})

interface Row {
  name: string
  given: Partial<ServerWorld>
  want: object
}

const settledRows: Row[] = [
  { name: 'creates when there is none', given: {}, want: { kind: 'create' } },
  {
    name: 'creates when there is none although something was begun',
    given: { operation: create, actions: undefined },
    want: { kind: 'create' },
  },
  {
    name: 'refuses to choose between two',
    given: { servers: [running, serverOf({ id: 43, name: 'copy' })] },
    want: { kind: 'ambiguous', names: [running.name, 'copy'] },
  },
  {
    name: 'is content with one that runs as wanted',
    given: { servers: [running] },
    want: { kind: 'running', server: running },
  },
  {
    name: 'is content with one that runs, whatever became of its actions',
    given: { servers: [running], operation: create, actions: createFailed },
    want: { kind: 'running', server: running },
  },
  {
    name: 'is content with one that runs, late or not',
    given: { servers: [running], operation: lateCreate, actions: going },
    want: { kind: 'running', server: running },
  },
  {
    name: 'puts a changed name right',
    given: { servers: [serverOf({ name: 'renamed' })] },
    want: { kind: 'relabel', server: serverOf({ name: 'renamed' }) },
  },
  {
    name: 'does not rename what does not run',
    given: { servers: [serverOf({ name: 'renamed', status: 'off' })] },
    want: { kind: 'powerOn', server: serverOf({ name: 'renamed', status: 'off' }) },
  },
  {
    name: 'waits for the end of one that is being deleted',
    given: { servers: [serverOf({ status: 'deleting' })] },
    want: { kind: 'deleting', server: serverOf({ status: 'deleting' }) },
  },
  {
    name: 'leaves one on another address alone',
    given: { servers: [serverOf({ ipv4: { id: 9, ip: '127.64.0.9' } })] },
    want: { kind: 'elsewhere', server: serverOf({ ipv4: { id: 9, ip: '127.64.0.9' } }) },
  },
]

const discarded = (startedAt: string, attempt: number) =>
  ({ ...begun('Discard'), startedAt, attempt }) as ServerWorld['operation']

const pauseRows: Row[] = [
  {
    name: 'waits 10 s from the first failed creation to the next',
    given: { operation: discarded('2026-01-01T00:04:55Z', 2) },
    want: { kind: 'pause', after: 5_000 },
  },
  {
    name: 'waits 20 s after the second',
    given: { operation: discarded('2026-01-01T00:04:55Z', 3) },
    want: { kind: 'pause', after: 15_000 },
  },
  {
    name: 'creates again when the time has come',
    given: { operation: discarded('2026-01-01T00:04:50Z', 2) },
    want: { kind: 'create' },
  },
  {
    name: 'creates again without a pause when somebody else deleted it',
    given: { operation: create },
    want: { kind: 'create' },
  },
]

const workingRows: Row[] = [
  {
    name: 'follows a creation whose actions run',
    given: { servers: [initializing], operation: create, actions: going },
    want: { kind: 'follow', server: initializing, created: false },
  },
  {
    name: 'follows a creation whose actions were not read yet',
    given: { servers: [initializing], operation: create, actions: undefined },
    want: { kind: 'follow', server: initializing, created: false },
  },
  {
    name: 'follows a start',
    given: { servers: [starting], operation: begun('PowerOn'), actions: going },
    want: { kind: 'follow', server: starting, created: true },
  },
  {
    name: 'is patient until the very deadline',
    given: { servers: [initializing], operation: atLimit, actions: going },
    want: { kind: 'follow', server: initializing, created: false },
  },
  {
    name: 'is late after the deadline',
    given: { servers: [initializing], operation: lateCreate, actions: going },
    want: { kind: 'late', server: initializing },
  },
  {
    name: 'is late although nothing could be read',
    given: { servers: [initializing], operation: lateCreate, actions: undefined },
    want: { kind: 'late', server: initializing },
  },
  {
    name: 'never calls a start late',
    given: { servers: [starting], operation: begun('PowerOn', '2026-01-01T00:00:01Z'), actions: going },
    want: { kind: 'follow', server: starting, created: true },
  },
  {
    name: 'waits for a state that will pass once all actions ended',
    given: { servers: [starting], operation: create, actions: ended },
    want: { kind: 'busy', server: starting },
  },
  {
    name: 'does not start what an action still holds',
    given: { servers: [serverOf({ status: 'off', locked: true })], operation: create, actions: ended },
    want: { kind: 'busy', server: serverOf({ status: 'off', locked: true }) },
  },
]

const failedRows: Row[] = [
  {
    name: 'discards one whose creation failed',
    given: { servers: [off], operation: create, actions: createFailed },
    want: { kind: 'discard', server: off, why: failure.message },
  },
  {
    name: 'discards it also while Hetzner still holds it',
    given: { servers: [initializing], operation: create, actions: createFailed },
    want: { kind: 'discard', server: initializing, why: failure.message },
  },
  {
    name: 'starts one whose first start failed',
    given: { servers: [off], operation: create, actions: startFailed },
    want: { kind: 'powerOn', server: off },
  },
  {
    name: 'reports a start of our own that failed',
    given: { servers: [off], operation: begun('PowerOn'), actions: startFailed },
    want: { kind: 'powerOnFailed', server: off, why: failure.message },
  },
  {
    name: 'has words for a failure without any',
    given: { servers: [off], operation: create, actions: [actionOf({ status: 'error' })] },
    want: { kind: 'discard', server: off, why: 'no reason given' },
  },
]

const unknownRows: Row[] = [
  {
    name: 'starts one that is off without our doing',
    given: { servers: [off] },
    want: { kind: 'powerOn', server: off },
  },
  {
    name: 'starts one that is off after a creation that ended',
    given: { servers: [off], operation: create, actions: ended },
    want: { kind: 'powerOn', server: off },
  },
  {
    name: 'finds out what Hetzner does when we do not know',
    given: { servers: [initializing] },
    want: { kind: 'recover', server: initializing },
  },
  {
    name: 'finds out when the recorded operation has no actions',
    given: { servers: [initializing], operation: { ...create, actionIDs: [] } as never },
    want: { kind: 'recover', server: initializing },
  },
  {
    name: 'does not mistake the deletion of a failed try for the next one',
    given: { servers: [initializing], operation: begun('Discard'), actions: going },
    want: { kind: 'recover', server: initializing },
  },
]

describe('decideServer', () => {
  it.each([...settledRows, ...pauseRows, ...workingRows, ...failedRows, ...unknownRows])('$name', ({ given, want }) => {
    expect(decideServer(world(given))).toEqual(want)
  })
})

describe('isAsWanted', () => {
  const server = serverOf({ labels: { a: '1', b: '2' } })
  it.each([
    { name: 'same labels in another order', wanted: { name: server.name, labels: { b: '2', a: '1' } }, want: true },
    {
      name: 'a label missing at Hetzner',
      wanted: { name: server.name, labels: { a: '1', b: '2', c: '3' } },
      want: false,
    },
    { name: 'a label too many at Hetzner', wanted: { name: server.name, labels: { a: '1' } }, want: false },
    { name: 'another value', wanted: { name: server.name, labels: { a: '1', b: 'x' } }, want: false },
    { name: 'another name', wanted: { name: 'x', labels: { a: '1', b: '2' } }, want: false },
  ])('$name: $want', ({ wanted, want }) => expect(isAsWanted(server, wanted)).toBe(want))
})
