// Leases on the real API server: what it takes, what it refuses, and electors that contend there.

import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest'
import { seconds, systemClock } from '../../src/clock.ts'
import { createLeaderElector, type LeaderElector } from '../../src/controller/election/leader-election.ts'
import { claim, microTime, surrender } from '../../src/controller/election/lease-record.ts'
import { createLeases } from '../../src/kube/leases.ts'
import type { Transport } from '../../src/kube/transport.ts'
import { type Api, adminApi, createNamespace, waitFor } from '../support/control-plane.ts'
import { transportFor } from './cluster.ts'

let transport: Transport
let api: Api
let namespace: string
beforeAll(async () => {
  // An owner's: what the operator may do with Leases, the tests of the chart say.
  transport = await transportFor(inject('controlPlane').adminKubeconfig)
  api = await adminApi()
  namespace = await createNamespace(api, { prefix: 'lease' })
})
afterAll(async () => {
  await transport.close()
  await api.close()
})

let count = 0
const newLease = () => ({ namespace, name: `lease-${count++}` })
const options = { signal: new AbortController().signal, timeout: seconds(5) }
const claimant = (identity: string) => ({ identity, leaseDuration: seconds(15), clock: systemClock })
const rejection = (call: Promise<unknown>) =>
  call.then(
    () => 'taken',
    (error) => error.reason ?? error,
  )

describe('the API server', () => {
  it('takes our times, and gives them back as they were', async () => {
    const leases = createLeases(transport, newLease())
    const spec = claim(undefined, claimant('a'))
    expect(await leases.create(spec, options)).toMatchObject({ spec })
    expect(await leases.create(spec, options)).toBe('exists')
  })

  it('refuses a time with three digits: why ours have six', async () => {
    const leases = createLeases(transport, newLease())
    const spec = { ...claim(undefined, claimant('a')), renewTime: new Date(systemClock.now()).toISOString() }
    expect(await rejection(leases.create(spec, options))).toBe('BadRequest')
  })

  it('takes a Lease that was given back, and one with times of another century', async () => {
    const leases = createLeases(transport, newLease())
    const lease = await leases.create(claim(undefined, claimant('a')), options)
    if (lease === 'exists') throw new Error('Cannot be there')
    expect(await leases.update(lease, surrender(lease, systemClock), options)).toMatchObject({
      spec: { holderIdentity: '', leaseDurationSeconds: 1 },
    })
    const odd = createLeases(transport, newLease())
    for (const year of [1901, 2140])
      await odd.create({ ...claim(undefined, claimant('x')), renewTime: microTime(Date.UTC(year, 0)) }, options)
    expect(await odd.get(options)).toMatchObject({ spec: { holderIdentity: 'x' } })
  })

  it('refuses a second write in one version', async () => {
    const leases = createLeases(transport, newLease())
    const lease = await leases.create(claim(undefined, claimant('a')), options)
    if (lease === 'exists') throw new Error('Cannot be there')
    expect(await leases.update(lease, claim(lease, claimant('a')), options)).toMatchObject({ spec: {} })
    expect(await leases.update(lease, claim(lease, claimant('b')), options)).toBe('conflict')
  })
})

describe('electors on the API server', () => {
  const times = { leaseDuration: seconds(3), renewDeadline: seconds(2), retryPeriod: 300 }

  function contend(identity: string, ref: { namespace: string; name: string }) {
    const stopping = new AbortController()
    const store = createLeases(transport, ref)
    const elector = createLeaderElector({ ...times, store, clock: systemClock, random: Math.random, identity })
    const ended = elector.run(stopping.signal)
    onTestFinished(async () => {
      stopping.abort(new Error('over'))
      await ended
    })
    return { elector, ended, stop: () => stopping.abort(new Error('stopped')) }
  }

  const leads = ({ state }: LeaderElector) => state.kind === 'leading'

  it('five contend: one leads, and the next one when it gives the lease back', async () => {
    const ref = newLease()
    const all = ['a', 'b', 'c', 'd', 'e'].map((identity) => contend(identity, ref))
    const leader = await waitFor('a leader', async () => all.find(({ elector }) => leads(elector)))
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    expect(all.filter(({ elector }) => leads(elector))).toEqual([leader])
    leader.stop()
    await leader.ended
    await leader.elector.release()
    const rest = all.filter((each) => each !== leader)
    const next = await waitFor('the next leader', async () => rest.find(({ elector }) => leads(elector)), {
      within: 1_500,
    })
    expect(rest.filter(({ elector }) => leads(elector))).toEqual([next])
  })

  it('goes on when somebody labels the Lease, and ends when somebody takes it', async () => {
    const ref = newLease()
    const { elector, ended } = contend('a', ref)
    await elector.whenLeading(options.signal)
    const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: ref }
    await api.patch(lease, { metadata: { labels: { team: 'bots' } } })
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    expect(leads(elector)).toBe(true)
    expect((await api.get(lease)).metadata.labels).toEqual({ team: 'bots' })
    await api.patch(lease, { spec: { holderIdentity: 'thief' } })
    expect(await ended).toBe('lost')
    expect((await api.get(lease))['spec'].holderIdentity).toBe('thief')
  })

  it('writes the Lease anew when somebody has deleted it', async () => {
    const ref = newLease()
    const { elector } = contend('a', ref)
    await elector.whenLeading(options.signal)
    const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: ref }
    await api.delete(lease)
    await waitFor('the Lease', async () => (await api.find(lease))?.['spec'].holderIdentity === 'a')
    expect(leads(elector)).toBe(true)
  })
})
