import { describe, expect, it } from 'vitest'
import { isReleased, letGo } from '../../src/reconcilers/let-go.ts'
import type { Pass } from '../../src/reconcilers/pass.ts'
import { projectOf } from '../support/projects.ts'

const [cleanup, escrow, foreign] = ['botyard.dev/cleanup', 'botyard.dev/escrow', 'somebody/else']

/** What etcd holds, and an operator that dies at its nth write to it. */
function cluster(finalizers: string[]) {
  const held = { finalizers, hasEscrow: true, seen: [] as string[] }
  async function end(diesAt = Number.POSITIVE_INFINITY) {
    let writes = 0
    const write = (change: Partial<typeof held>) => {
      if (++writes === diesAt) throw new Error('died')
      Object.assign(held, change)
      held.seen.push(`${held.finalizers.join(' ')}${held.hasEscrow ? ' + escrow' : ''}`)
    }
    const project = projectOf({ metadata: { finalizers: held.finalizers } })
    const setFinalizers = async (before: typeof project, next: readonly string[]) => {
      write({ finalizers: [...next] })
      return { ...before, metadata: { ...before.metadata, finalizers: [...next] } }
    }
    const deps = {
      projects: { setFinalizers },
      secrets: { delete: async () => write({ hasEscrow: false }) },
      identity: { namespace: 'botyard-system' },
    }
    await letGo({ project, deps, signal: new AbortController().signal } as unknown as Pass)
  }
  return { held, end, project: () => projectOf({ metadata: { finalizers: held.finalizers } }) }
}

describe('the end of a deletion', () => {
  it('takes the first finalizer off, then the escrow away, then the second finalizer off', async () => {
    const { held, end } = cluster([cleanup, foreign, escrow])
    await end()
    expect(held.seen).toEqual([`${foreign} ${escrow} + escrow`, `${foreign} ${escrow}`, foreign])
  })

  it.each([1, 2, 3])('needs no token once it has begun, also when the operator dies at write %i', async (at) => {
    const { held, end, project } = cluster([cleanup, escrow])
    await expect(end(at)).rejects.toThrow('died')
    // Whoever still finds the first finalizer must prove absence again, and has the escrow for it.
    expect(isReleased(project()) || held.hasEscrow).toBe(true)
    await end()
    expect([held.finalizers, held.hasEscrow]).toEqual([[], false])
  })

  it('takes the escrow away first where a Project has the first finalizer alone', async () => {
    const { held, end } = cluster([cleanup])
    await end()
    expect(held.seen).toEqual([cleanup, ''])
  })
})
