import { describe, expect, it } from 'vitest'
import { minutes, seconds } from '../../../src/clock.ts'
import { createLab, tokenA, tokenB } from './lab.ts'

describe('open', () => {
  it('opens a brand-new account with one call and without a marker', async () => {
    const lab = createLab()
    const calls = await lab.callsOf(async () => expect((await lab.opened()).markerID).toBeUndefined())
    expect(calls).toEqual(['GET /firewalls'])
  })

  it('finds the marker again after a restart', async () => {
    const lab = createLab()
    const { markerID } = await lab.withMarker()
    lab.accounts.release('p1')
    expect((await lab.opened({ recorded: { markerID } })).markerID).toBe(markerID)
  })

  it('makes no call when the token was just proven', async () => {
    const lab = createLab()
    const { markerID } = await lab.withMarker()
    expect(await lab.callsOf(() => lab.opened({ recorded: { markerID } }))).toEqual([])
    expect(await lab.callsOf(() => lab.opened({ holder: 'p2' }))).toEqual([])
  })

  it('asks once for all who come with the same token at once', async () => {
    const lab = createLab()
    const holders = ['p1', 'p2', 'p3', 'p4']
    const calls = await lab.callsOf(() => Promise.all(holders.map((holder) => lab.opened({ holder }))))
    expect(calls).toEqual(['GET /firewalls'])
  })

  it('asks again when no call has proven the token for a while', async () => {
    const lab = createLab()
    const { markerID } = await lab.withMarker()
    await lab.clock.advance(minutes(10))
    expect(await lab.callsOf(() => lab.opened({ recorded: { markerID } }))).toEqual(['GET /firewalls'])
  })

  it('says that the account has changed when the token reads none of the recorded ids', async () => {
    const lab = createLab()
    const { markerID } = await lab.withMarker()
    const recorded = { markerID, serverID: 4711, addressID: 4712 }
    expect(await lab.open({ token: tokenB, recorded })).toEqual({ kind: 'changed' })
  })

  it('does not sweep an account on behalf of a Project that is not its', async () => {
    const lab = createLab()
    lab.start()
    const { markerID } = await lab.withMarker()
    lab.accounts.release('p1')
    await lab.withMarker({ holder: 'p2', token: tokenB })
    expect(await lab.open({ token: tokenB, recorded: { markerID } })).toEqual({ kind: 'changed' })
    lab.accounts.release('p2')
    expect(await lab.callsOf(() => lab.clock.advance(minutes(5)))).toEqual([])
  })

  it.each(['server', 'address'] as const)('takes the recorded %s as proof when the marker is gone', async (proof) => {
    const lab = createLab()
    const { account, markerID } = await lab.withMarker()
    const { id: serverID } = await lab.runningServer(account)
    const addressID = (await account.servers.byID(serverID, lab.signal))?.ipv4?.id
    lab.accounts.release('p1')
    lab.simulator.control.deleteFirewall(markerID)
    const recorded = proof === 'server' ? { markerID, serverID } : { markerID, serverID: 1, addressID }
    expect((await lab.opened({ recorded })).markerID).toBeUndefined()
  })

  it('does not notice when the token is swapped for one of the same account', async () => {
    const lab = createLab()
    const { account, markerID } = await lab.withMarker()
    lab.simulator.control.addToken({ of: tokenA, token: tokenB })
    const other = await lab.opened({ token: tokenB, recorded: { markerID } })
    expect(other.markerID).toBe(markerID)
    expect(other.id).toBe(account.id)
  })

  it('does not use the old token any more once the new one works', async () => {
    const lab = createLab()
    lab.start()
    const { markerID } = await lab.withMarker()
    lab.simulator.control.addToken({ of: tokenA, token: tokenB })
    await lab.opened({ token: tokenB, recorded: { markerID } })
    const before = lab.calls.length
    await lab.clock.advance(minutes(5))
    expect(new Set(lab.calls.slice(before).map(({ token }) => token))).toEqual(new Set([tokenB]))
  })

  it('joins two tokens of a brand-new account when the marker shows that they are one', async () => {
    const lab = createLab()
    lab.simulator.control.addToken({ of: tokenA, token: tokenB })
    const [one, two] = await Promise.all([lab.opened(), lab.opened({ holder: 'p2', token: tokenB })])
    expect(one.id).not.toBe(two.id)
    await one.ensureMarker({ holder: 'p1', signal: lab.signal })
    const markerID = await two.ensureMarker({ holder: 'p2', signal: lab.signal })
    expect((await lab.opened({ holder: 'p2', token: tokenB, recorded: { markerID } })).id).toBe(one.id)
    expect(lab.simulator.control.state().projects[0]?.firewalls).toHaveLength(1)
  })

  it('throws, and concludes nothing, when Hetzner does not answer', async () => {
    const lab = createLab()
    lab.fault({ route: 'ANY *', kind: 'status', status: 502 })
    await expect(lab.open()).rejects.toMatchObject({ errorClass: 'Transient', status: 502 })
  })

  it.each([404, 401, 403])('takes status %i from a proxy for no answer at all', async (status) => {
    const lab = createLab()
    const { markerID } = await lab.withMarker()
    lab.accounts.release('p1')
    lab.fault({ route: 'ANY *', kind: 'status', status })
    await expect(lab.open({ recorded: { markerID } })).rejects.toMatchObject({ errorClass: 'Transient' })
  })
})

describe('a rejected token', () => {
  it('is told from a working one, and asked about again at each open', async () => {
    const lab = createLab()
    const bad = 'too-short'
    expect(await lab.open({ token: bad })).toMatchObject({ kind: 'rejected', reason: 'TokenRejected' })
    expect(await lab.callsOf(() => lab.open({ token: bad }))).toEqual(['GET /firewalls'])
  })

  it('wakes its holders when a sweep finds out', async () => {
    const lab = createLab()
    lab.start()
    const { markerID } = await lab.withMarker()
    await lab.opened({ holder: 'p2', recorded: { markerID } })
    lab.simulator.control.revokeToken(tokenA)
    await lab.clock.advance(seconds(31))
    expect(lab.changes.sort()).toEqual(['p1', 'p2'])
    expect(await lab.open({ recorded: { markerID } })).toMatchObject({ kind: 'rejected', reason: 'TokenRejected' })
  })

  it('does not hold up another token of the same account', async () => {
    const lab = createLab()
    lab.start()
    const { markerID } = await lab.withMarker()
    lab.simulator.control.addToken({ of: tokenA, token: tokenB })
    const other = await lab.opened({ holder: 'p2', token: tokenB, recorded: { markerID } })
    lab.simulator.control.revokeToken(tokenA)
    await lab.clock.advance(minutes(2))
    expect(lab.changes).toEqual(['p1'])
    expect(await lab.callsOf(() => lab.opened({ holder: 'p2', token: tokenB, recorded: { markerID } }))).toEqual([])
    expect(await other.servers.find('p2', lab.signal)).toEqual([])
  })
})

describe('a read-only token', () => {
  it('is learnt from the first refused write and remembered without the token', async () => {
    const lab = createLab()
    const readOnly = 'readonly'.padEnd(64, 'x')
    const account = await lab.opened({ token: readOnly })
    const refused = account.ensureMarker({ holder: 'p1', signal: lab.signal })
    await expect(refused).rejects.toMatchObject({ code: 'token_readonly', errorClass: 'Auth', outcomeUnknown: false })
    const again = await lab.callsOf(async () =>
      expect(await lab.open({ token: readOnly })).toEqual({ kind: 'rejected', reason: 'TokenReadOnly' }),
    )
    expect(again).toEqual([])
    lab.accounts.release('p1')
    expect(await lab.open({ token: readOnly, holder: 'p2' })).toMatchObject({ reason: 'TokenReadOnly' })
    expect(await lab.open({ token: tokenA })).toMatchObject({ kind: 'opened' })
  })
})

describe('several accounts', () => {
  it('go on while one of them is dead', async () => {
    const lab = createLab()
    lab.start()
    const { account, markerID } = await lab.withMarker()
    await lab.runningServer(account)
    const other = await lab.withMarker({ holder: 'p2', token: tokenB })
    lab.simulator.control.revokeToken(tokenB)
    await lab.clock.advance(minutes(3))
    expect(await lab.callsOf(() => lab.opened({ recorded: { markerID } }))).toEqual([])
    expect(await lab.open({ holder: 'p2', token: tokenB, recorded: { markerID: other.markerID } })).toMatchObject({
      kind: 'rejected',
    })
  })

  it('are forgotten with their last holder', async () => {
    const lab = createLab()
    lab.start()
    await lab.withMarker()
    lab.accounts.release('p1')
    expect(await lab.callsOf(() => lab.clock.advance(minutes(10)))).toEqual([])
    expect(lab.clock.pending).toBe(0)
  })
})
