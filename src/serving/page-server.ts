// Serves a few small pages to be read, over HTTP or HTTPS.

import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createSecureServer, type Server as SecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'

export interface Page {
  readonly status: number
  readonly type: string
  readonly body: string
  readonly headers?: Readonly<Record<string, string>>
}

/** What a page may ask of its request. */
export interface Asked {
  readonly authorization: string | undefined
}

export type Pages = ReadonlyMap<string, (asked: Asked) => Promise<Page>>

/** PEM. */
export interface ServingCertificate {
  readonly certificate: string
  readonly key: string
}

export interface PageServerDeps {
  /** For error texts: what is served. */
  readonly what: string
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  readonly pages: Pages
  /** With it: HTTPS. */
  readonly certificate?: ServingCertificate
}

export interface PageServer {
  /** The port it listens on. */
  readonly port: number
  /** For connections from now on. */
  renew(certificate: ServingCertificate): void
  /** Ends every connection; resolves when the port is free. */
  close(): Promise<void>
}

export const textPage = (status: number, body: string, headers: Page['headers'] = {}): Page => ({
  status,
  type: 'text/plain; charset=utf-8',
  body: `${body}\n`,
  headers,
})

async function answer(pages: Pages, o: { method: string; path: string; asked: Asked }): Promise<Page> {
  const page = pages.get(o.path)
  if (page === undefined) return textPage(404, 'not found')
  if (o.method !== 'GET' && o.method !== 'HEAD') return textPage(405, 'only GET and HEAD', { allow: 'GET, HEAD' })
  try {
    return await page(o.asked)
  } catch {
    return textPage(500, 'the check itself failed') // its reason may hold anything, and this page is open to all
  }
}

/** Older versions of TLS are refused: whoever scrapes is newer than they are. */
const contextOf = ({ certificate, key }: ServingCertificate) =>
  ({ cert: certificate, key, minVersion: 'TLSv1.2' }) as const

function listen(server: Server | SecureServer, { what, host, port }: PageServerDeps): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) =>
      reject(new Error(`Cannot serve ${what} on ${host}:${port}: ${cause.message}`, { cause })),
    )
    server.listen({ host, port }, () => resolve((server.address() as AddressInfo).port))
  })
}

/** Starts listening; rejects when the port is taken. */
export async function startPageServer(deps: PageServerDeps): Promise<PageServer> {
  const listener: RequestListener = async (request, response) => {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/'
    const { authorization } = request.headers
    const page = await answer(deps.pages, { method: request.method ?? 'GET', path, asked: { authorization } })
    response.writeHead(page.status, {
      'content-type': page.type,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...page.headers,
    })
    response.end(request.method === 'HEAD' ? undefined : page.body)
  }
  const secure = deps.certificate && createSecureServer(contextOf(deps.certificate), listener)
  const server = secure ?? createServer(listener)
  const port = await listen(server, deps)
  return {
    port,
    renew: (certificate) => secure?.setSecureContext(contextOf(certificate)),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
