import { describe, expect, it } from 'vitest'
import { decideKeys } from '../../src/reconcilers/keys.ts'
import type { KeyMaterial } from '../../src/reconcilers/pass.ts'

const keysOf = (name: string, ip = 'here'): KeyMaterial => ({
  caCertificate: `${name} ca`,
  caKey: `${name} ca key`,
  certificate: ip,
  key: `${name} key`,
  secretToken: `${name} token`,
})
const a = keysOf('a')
const b = keysOf('b')
const elsewhere = keysOf('old', 'elsewhere')
const fits = (keys: KeyMaterial) => keys.certificate === 'here'
const none = undefined

interface Row {
  name: string
  secret: KeyMaterial | undefined
  escrow: KeyMaterial | undefined
  escrowEnabled?: boolean
  serverExists?: boolean
  want: object
}

const rows: Row[] = [
  {
    name: 'makes keys when there are none and no server has any',
    secret: none,
    escrow: none,
    want: { kind: 'generate' },
  },
  { name: 'uses keys that are in both places', secret: a, escrow: a, want: { kind: 'use', keys: a } },
  {
    name: 'puts a Secret that was deleted back from escrow',
    secret: none,
    escrow: a,
    want: { kind: 'publish', keys: a },
  },
  { name: 'puts a Secret that was changed back from escrow', secret: b, escrow: a, want: { kind: 'publish', keys: a } },
  {
    name: 'puts a Secret back while a server exists',
    secret: none,
    escrow: a,
    serverExists: true,
    want: { kind: 'publish', keys: a },
  },
  {
    name: 'puts a Secret into escrow that is missing there',
    secret: a,
    escrow: none,
    want: { kind: 'escrow', keys: a },
  },
  {
    name: 'puts a Secret into escrow while a server exists',
    secret: a,
    escrow: none,
    serverExists: true,
    want: { kind: 'escrow', keys: a },
  },
  {
    name: 'uses the Secret alone when escrow is off',
    secret: a,
    escrow: none,
    escrowEnabled: false,
    want: { kind: 'use', keys: a },
  },
  {
    name: 'makes keys anew for another address before any server',
    secret: elsewhere,
    escrow: elsewhere,
    want: { kind: 'generate' },
  },
  {
    name: 'never makes keys anew while a server exists',
    secret: none,
    escrow: none,
    serverExists: true,
    want: { kind: 'lost' },
  },
  {
    name: 'takes keys for another address for lost while a server exists',
    secret: elsewhere,
    escrow: elsewhere,
    serverExists: true,
    want: { kind: 'lost' },
  },
  {
    name: 'prefers a fitting Secret to an escrow for another address',
    secret: a,
    escrow: elsewhere,
    want: { kind: 'escrow', keys: a },
  },
]

describe('decideKeys', () => {
  it.each(rows)('$name', ({ secret, escrow, escrowEnabled = true, serverExists = false, want }) => {
    expect(decideKeys({ secret, escrow, escrowEnabled, serverExists, fits })).toEqual(want)
  })
})
