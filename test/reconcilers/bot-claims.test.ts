import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Claimant, createBotClaims } from '../../src/reconcilers/bot-claims.ts'

const older = { uid: 'b', creationTimestamp: '2026-01-01T00:00:00Z' }
const younger = { uid: 'a', creationTimestamp: '2026-01-01T00:00:01Z' }

/** Few seconds, so that many were created in the same one. */
const claimants = fc.uniqueArray(
  fc.record({
    uid: fc.uuid(),
    creationTimestamp: fc.integer({ min: 0, max: 3 }).map((second) => `2026-01-01T00:00:0${second}Z`),
  }),
  { selector: ({ uid }) => uid, minLength: 1, maxLength: 6 },
)
const expectedWinner = (all: readonly Claimant[]) =>
  [...all].sort((x, y) => `${x.creationTimestamp} ${x.uid}`.localeCompare(`${y.creationTimestamp} ${y.uid}`))[0]?.uid

describe('bot claims', () => {
  it('give a bot to the oldest Project, whoever came first', () => {
    const claims = createBotClaims()
    expect(claims.claim(1, younger)).toBe(true)
    expect(claims.claim(1, older)).toBe(true)
    expect(claims.claim(1, younger)).toBe(false)
  })

  it('have exactly one winner, independent of the order of claims', () => {
    fc.assert(
      fc.property(
        claimants.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
        ([all, order]) => {
          const claims = createBotClaims()
          for (const claimant of order) claims.claim(1, claimant)
          const winners = order.filter((claimant) => claims.claim(1, claimant)).map(({ uid }) => uid)
          expect(winners).toEqual([expectedWinner(all)])
        },
      ),
    )
  })

  it('pass on to the next oldest when the winner lets go', () => {
    fc.assert(
      fc.property(claimants, (all) => {
        const claims = createBotClaims()
        for (const claimant of all) claims.claim(1, claimant)
        for (const left = [...all]; left.length > 0; ) {
          const winner = expectedWinner(left)
          expect(left.filter((claimant) => claims.claim(1, claimant)).map(({ uid }) => uid)).toEqual([winner])
          claims.release(winner as string)
          left.splice(
            left.findIndex(({ uid }) => uid === winner),
            1,
          )
        }
      }),
    )
  })

  it('are one per Project: another bot gives the first one up', () => {
    const claims = createBotClaims()
    claims.claim(1, older)
    claims.claim(2, older)
    expect(claims.claim(1, younger)).toBe(true)
  })

  it('do not meet between bots', () => {
    const claims = createBotClaims()
    expect([claims.claim(1, older), claims.claim(2, younger)]).toEqual([true, true])
  })

  it('are known of each Project that made one, until it lets go', () => {
    const claims = createBotClaims()
    claims.claim(1, older)
    claims.claim(1, younger)
    expect([claims.holds('a'), claims.holds('b'), claims.holds('c')]).toEqual([true, true, false])
    claims.release('a')
    claims.release('nobody')
    expect([claims.holds('a'), claims.holds('b')]).toEqual([false, true])
  })
})
