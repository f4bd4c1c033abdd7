// A program: an API server's list and watch of one kind, and changes when its parent asks for them. It does as little as it
// can, in a process of its own, so that what is measured is who listens.

import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { thing } from './things.ts'

/** What the parent asks for: so many changes, at this rate or as fast as they are taken. */
export interface Order {
  count: number
  perSecond?: number
}

const count = Number(process.argv[2])
const objects = Array.from({ length: count }, (_, index) => JSON.stringify(thing(index, index + 1)))
let version = count
const watchers = new Set<ServerResponse>()

const listMeta = (rest: object) => `"metadata":${JSON.stringify({ resourceVersion: String(version), ...rest })}`

function list(query: URLSearchParams, answer: ServerResponse): void {
  const start = Number(query.get('continue') ?? 0)
  const end = Math.min(start + Number(query.get('limit') ?? count), count)
  const meta = listMeta(end < count ? { continue: String(end) } : {})
  const head = `{"apiVersion":"botyard.dev/v1alpha1","kind":"ProjectList",${meta}`
  answer.end(`${head},"items":[${objects.slice(start, end).join(',')}]}`)
}

async function watch(query: URLSearchParams, answer: ServerResponse): Promise<void> {
  if (query.get('sendInitialEvents') === 'true') {
    for (const object of objects) await send(answer, `{"type":"ADDED","object":${object}}\n`)
    const annotations = { 'k8s.io/initial-events-end': 'true' }
    await send(answer, `{"type":"BOOKMARK","object":{"kind":"Project",${listMeta({ annotations })}}}\n`)
  }
  answer.flushHeaders()
  watchers.add(answer)
  answer.once('close', () => watchers.delete(answer))
}

async function send(answer: ServerResponse, line: string): Promise<void> {
  if (!answer.write(line)) await once(answer, 'drain')
}

async function change(index: number): Promise<void> {
  version += 1
  const object = JSON.stringify(thing(index % count, version))
  objects[index % count] = object
  for (const watcher of watchers) await send(watcher, `{"type":"MODIFIED","object":${object}}\n`)
}

async function changeMany(order: Order): Promise<void> {
  const began = performance.now()
  for (let index = 0; index < order.count; index++) {
    if (order.perSecond !== undefined) {
      const early = began + (index * 1_000) / order.perSecond - performance.now()
      if (early > 1) await delay(early)
    }
    await change(index)
  }
}

const server = createServer((request, answer) => {
  const query = new URL(request.url ?? '', 'http://bench').searchParams
  answer.setHeader('content-type', 'application/json')
  if (['1', 'true'].includes(query.get('watch') ?? '')) void watch(query, answer)
  else list(query, answer)
})
process.on('message', (order: Order) => void changeMany(order))
process.on('disconnect', () => process.exit(0))
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }))
