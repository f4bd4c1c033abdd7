// Who may read /metrics over HTTPS: whoever the cluster lets `get` that path. What it said is remembered for a moment, by a hash
// of the token.

import { createHash } from 'node:crypto'
import { type Clock, type Duration, seconds } from '../clock.ts'

export type Admission =
  | { readonly kind: 'admitted' }
  /** No token, or nobody's. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'forbidden'; readonly username: string }
  /** The cluster cannot be asked now. */
  | { readonly kind: 'unavailable' }

export interface MetricsGate {
  /** What the Authorization header is good for. Never rejects. */
  judge(authorization: string | undefined): Promise<Admission>
}

export interface MetricsGateDeps<Who extends { readonly username: string }> {
  readonly reviews: {
    whoIs(token: string): Promise<Who | undefined>
    mayGet(who: Who, path: string): Promise<boolean>
  }
  readonly clock: Pick<Clock, 'monotonic'>
  readonly onError?: (error: unknown) => void
}

/** A token that was revoked reads on for so long; one whose right was just granted waits for so long. */
const rememberFor: Record<'admitted' | 'refused', Duration> = { admitted: seconds(60), refused: seconds(5) }
const mostRemembered = 256
/** Whoever guesses tokens must not keep the API server busy with them. */
const mostAsked = 8
/** RFC 6750's characters; longer than any token that a cluster issues. */
const bearer = /^Bearer +([A-Za-z0-9._~+/-]{1,16384}=*) *$/i

export function createMetricsGate<Who extends { readonly username: string }>(deps: MetricsGateDeps<Who>): MetricsGate {
  const { reviews, clock, onError = () => {} } = deps
  const known = new Map<string, { admission: Admission; until: Duration }>()
  const asking = new Map<string, Promise<Admission>>()

  async function review(token: string): Promise<Admission> {
    const who = await reviews.whoIs(token)
    if (who === undefined) return { kind: 'unknown' }
    const isAllowed = await reviews.mayGet(who, '/metrics')
    return isAllowed ? { kind: 'admitted' } : { kind: 'forbidden', username: who.username }
  }

  function remember(id: string, admission: Admission): Admission {
    const span = rememberFor[admission.kind === 'admitted' ? 'admitted' : 'refused']
    known.delete(id)
    known.set(id, { admission, until: clock.monotonic() + span })
    const [oldest] = known.keys()
    if (known.size > mostRemembered && oldest !== undefined) known.delete(oldest)
    return admission
  }

  function ask(id: string, token: string): Promise<Admission> {
    if (asking.size >= mostAsked) return Promise.resolve({ kind: 'unavailable' })
    const answer = review(token)
      .then((admission) => remember(id, admission))
      .catch((error: unknown): Admission => {
        onError(error)
        return { kind: 'unavailable' }
      })
      .finally(() => asking.delete(id))
    asking.set(id, answer)
    return answer
  }

  return {
    async judge(authorization = '') {
      const token = bearer.exec(authorization)?.[1]
      if (token === undefined) return { kind: 'unknown' }
      const id = createHash('sha256').update(token).digest('base64')
      const remembered = known.get(id)
      if (remembered !== undefined && clock.monotonic() < remembered.until) return remembered.admission
      return asking.get(id) ?? ask(id, token)
    },
  }
}
