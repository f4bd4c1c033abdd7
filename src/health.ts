// What the kubelet and Prometheus ask: /healthz (restart me?), /readyz (am I working?), /metrics.

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What is wrong, one line each; empty means all is well. Texts must hold no secret. */
export type Check = () => readonly string[] | Promise<readonly string[]>

export interface HealthDeps {
  host: string
  /** 0 takes any free port. */
  port: number
  healthz: Check
  readyz: Check
  metrics: { readonly contentType: string; render(): Promise<string> }
}

export interface HealthServer {
  /** The port it listens on. */
  readonly port: number
  /** Ends every connection; resolves when the port is free. */
  close(): Promise<void>
}

interface Page {
  status: number
  type: string
  body: string
}

const text = (status: number, body: string): Page => ({ status, type: 'text/plain; charset=utf-8', body: `${body}\n` })

async function verdict(check: Check): Promise<Page> {
  const problems = await check()
  return problems.length === 0 ? text(200, 'ok') : text(503, problems.join('\n'))
}

function createPages({ healthz, readyz, metrics }: HealthDeps): ReadonlyMap<string, () => Promise<Page>> {
  return new Map([
    ['/healthz', () => verdict(healthz)],
    ['/readyz', () => verdict(readyz)],
    ['/metrics', async () => ({ status: 200, type: metrics.contentType, body: await metrics.render() })],
  ])
}

async function answer(pages: ReturnType<typeof createPages>, o: { method: string; path: string }): Promise<Page> {
  const page = pages.get(o.path)
  if (page === undefined) return text(404, 'not found')
  if (o.method !== 'GET' && o.method !== 'HEAD') return text(405, 'only GET and HEAD')
  try {
    return await page()
  } catch {
    return text(500, 'the check itself failed') // its reason may hold anything, and this page is open to all
  }
}

function listen(server: Server, { host, port }: HealthDeps): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) =>
      reject(new Error(`Cannot serve health on ${host}:${port}: ${cause.message}`, { cause })),
    )
    server.listen({ host, port }, () => resolve((server.address() as AddressInfo).port))
  })
}

/** Starts listening; rejects when the port is taken. */
export async function startHealthServer(deps: HealthDeps): Promise<HealthServer> {
  const pages = createPages(deps)
  const server = createServer(async (request, response) => {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/'
    const { status, type, body } = await answer(pages, { method: request.method ?? 'GET', path })
    response.writeHead(status, {
      'content-type': type,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    })
    response.end(request.method === 'HEAD' ? undefined : body)
  })
  const port = await listen(server, deps)
  return {
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
