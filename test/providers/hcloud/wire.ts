// One call through the whole chain, with a wire that the test holds in its hands.

import { createBreaker } from '../../../src/providers/hcloud/breaker.ts'
import { createBudget } from '../../../src/providers/hcloud/budget.ts'
import { createChain } from '../../../src/providers/hcloud/chain.ts'
import { createConnect } from '../../../src/providers/hcloud/client.ts'
import type { Connection, Fetch, TokenFact, WireResponse } from '../../../src/providers/hcloud/exchange.ts'
import { fakeClock } from '../../support/fake-clock.ts'

export const token = 'Zx9Qw3Er7Ty1Ui5Op0As2Df4Gh6Jk8LzXcVbNmQwErTyUiOpAsDfGhJkLzXcVbNm'

export interface Reply {
  status?: number
  body?: string
  headers?: Record<string, string>
}

export const reply = ({ status = 200, body = '{}', headers = {} }: Reply = {}): WireResponse =>
  new Response(status === 204 ? null : body, { status, headers }) as WireResponse

export const failure = (
  status: number,
  code: string,
  more: { message?: string; details?: unknown } = {},
): WireResponse =>
  reply({ status, body: JSON.stringify({ error: { code, message: 'because', details: null, ...more } }) })

export type Sent = Parameters<Fetch>[1] & { url: string }

export function createWire(answer: (sent: Sent, turn: number) => WireResponse | Promise<WireResponse>) {
  const clock = fakeClock()
  const random = () => 0
  const sent: Sent[] = []
  const facts: TokenFact[] = []
  const requests: { operation: string; code: number | 'none' }[] = []
  const chain = createChain({
    clock,
    async fetch(url, init) {
      sent.push({ ...init, url })
      return answer({ ...init, url }, sent.length)
    },
    redact: (text) => text.replaceAll('canary', '[gate]'),
    metrics: { hcloudRequest: (request) => requests.push(request), hcloudRemaining: () => undefined },
  })
  const connection: Connection = {
    token,
    accountID: 'account-1',
    budget: createBudget({ clock, random, reserve: 0.2 }),
    breaker: createBreaker({ clock, random }),
    learn: (fact) => facts.push(fact),
  }
  const control = new AbortController()
  const connect = createConnect({ endpoint: 'https://api.test/v1', chain })
  const api = connect(connection, { lane: 'create', signal: control.signal })
  return {
    ...{ clock, sent, facts, requests, connection, control, api },
    read: () => api.GET('/servers/{id}', { params: { path: { id: 42 } } }),
    write: () => api.POST('/servers/{id}/actions/poweron', { params: { path: { id: 42 } } }),
  }
}
