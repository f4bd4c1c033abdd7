// Talks to the Telegram simulator in process, as a client of the Bot API would.

import { createTelegramSimulator, type TelegramDeps } from '../../../simulators/telegram/simulator.ts'
import { type FakeClock, fakeClock } from '../../support/fake-clock.ts'

export const token = '123456789:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'
export const url = 'https://127.64.1.1:8443/webhook'

export interface ApiAnswer {
  status: number
  retryAfterHeader: string | null
  body: {
    ok: boolean
    result?: unknown
    description?: string
    error_code?: number
    parameters?: { retry_after: number }
  }
}

export interface SetupOptions extends Partial<TelegramDeps> {
  clock?: FakeClock
}

/** Deliveries are refused at once unless `post` says otherwise. */
export function setup(options: SetupOptions = {}) {
  const clock = options.clock ?? fakeClock()
  const telegram = createTelegramSimulator({
    random: () => 0.5,
    options: { allowReserved: true },
    resolve: async () => '127.64.1.1',
    post: async () => ({ kind: 'failed', message: 'Connection refused', retryAfter: 0 }),
    ...options,
    clock,
  })
  async function send(method: string, init: RequestInit = {}, as = token): Promise<ApiAnswer> {
    const response = await telegram.fetch(new Request(`http://localhost/bot${as}/${method}`, init))
    const retryAfterHeader = response.headers.get('retry-after')
    return { status: response.status, retryAfterHeader, body: (await response.json()) as ApiAnswer['body'] }
  }
  const call = (method: string, parameters: Record<string, string> = {}, as = token) =>
    send(method, { method: 'POST', body: new URLSearchParams(parameters) }, as)
  const upload = (method: string, parts: Record<string, string | Blob>) => {
    const form = new FormData()
    for (const [name, part] of Object.entries(parts)) {
      if (typeof part === 'string') form.set(name, part)
      else form.set(name, part, 'ca.pem')
    }
    return send(method, { method: 'POST', body: form })
  }
  const info = async () => (await call('getWebhookInfo')).body.result as Record<string, unknown>
  const bot = () => {
    const found = telegram.registry.get(123456789)
    if (found === undefined) throw new Error('The bot was not used yet')
    return found
  }
  return { clock, telegram, send, call, upload, info, bot }
}
