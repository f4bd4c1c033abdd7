// The bot on a machine: it answers each message with its own words, in the answer to the webhook, without a bot token.

import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { ServerSettings } from './settings.ts'
import type { Disk } from './write-files.ts'

const bodyLimitBytes = 1024 * 1024

/** `disk` keeps what the bot remembers over a power cycle. */
export function echoBot(settings: ServerSettings, disk: Disk): RequestListener {
  return (request, response) => {
    answer(request, { settings, disk })
      .then(({ status, body }) => reply(response, { status, body }))
      .catch(() => response.destroy())
  }
}

interface Reply {
  status: number
  body: Record<string, unknown>
}

interface Bot {
  settings: ServerSettings
  disk: Disk
}

async function answer(request: IncomingMessage, { settings, disk }: Bot): Promise<Reply> {
  const path = (request.url ?? '').split('?')[0]
  if (request.method === 'GET' && path === settings.probePath)
    return { status: 200, body: { status: 'ok', updates: updatesSeen(disk) } }
  if (request.method !== 'POST' || path !== settings.path) return { status: 404, body: { error: 'not found' } }
  const given = request.headers['x-telegram-bot-api-secret-token']
  if (!isSame(String(given ?? ''), settings.secretToken)) return { status: 401, body: { error: 'wrong secret token' } }
  const update = parseUpdate(await textOf(request))
  if (update === undefined) return { status: 400, body: { error: 'no update' } }
  remember(disk)
  return { status: 200, body: echo(update) }
}

/** Takes as long for a near miss as for anything else. An empty secret token matches nothing. */
function isSame(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(wanted)) && wanted !== ''
}

interface Update {
  message?: { chat?: { id?: unknown }; text?: unknown }
}

function parseUpdate(text: string): Update | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

function echo({ message }: Update): Record<string, unknown> {
  if (message === undefined) return {}
  return { method: 'sendMessage', chat_id: message.chat?.id, text: `echo: ${String(message.text ?? '')}` }
}

const memory = '/var/lib/echo-bot/updates'

/** How many updates this machine's bot has answered since its disk was made. */
export const updatesSeen = (disk: Disk): number => Number(disk.get(memory)?.content.toString() ?? 0)

function remember(disk: Disk): void {
  disk.set(memory, { content: Buffer.from(String(updatesSeen(disk) + 1)), mode: 0o600, owner: 'root:root' })
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > bodyLimitBytes) throw new Error('The body is too large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

function reply(response: ServerResponse, { status, body }: Reply): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}
