// Calls to the API server by path, with the access that a kubeconfig file gives.

import { Agent, request } from 'undici'
import { readKubeconfig } from './kubeconfig.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

export interface Call {
  body?: unknown
  contentType?: string
  query?: Record<string, string>
  signal?: AbortSignal
}

/** The API server refused: `reason` and `message` are its own words. */
export class ApiFailure extends Error {
  readonly status: number
  readonly reason: string

  constructor(call: string, status: number, answer: { reason?: string; message?: string }) {
    super(`Cannot ${call}: ${answer.message ?? `status ${status}`}`)
    this.name = 'ApiFailure'
    this.status = status
    this.reason = answer.reason ?? ''
  }
}

export interface Connection {
  /** One call; the answer's body as parsed JSON, or as text where it is not JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: the caller knows what it asked for
  raw(method: Method, path: string, call?: Call): Promise<any>
  /** One call; the answer's JSON documents, one a line, as they come. */
  // biome-ignore lint/suspicious/noExplicitAny: the caller knows what it asked for
  stream(method: Method, path: string, call?: Call): AsyncGenerator<any>
  /** Every `Warning` header that the API server has sent on this connection. */
  warnings: readonly string[]
  close(): Promise<void>
}

export async function createConnection(kubeconfig: string): Promise<Connection> {
  const { url, ca, credentials } = await readKubeconfig(kubeconfig)
  const certificate = 'certificate' in credentials ? { cert: credentials.certificate, key: credentials.key } : {}
  // A watch may be silent for long.
  const agent = new Agent({ connect: { ca, ...certificate }, bodyTimeout: 0 })
  const authorization = 'token' in credentials ? { authorization: `Bearer ${credentials.token}` } : {}
  const warnings: string[] = []

  async function send(method: Method, path: string, { body, contentType, query, signal }: Call = {}) {
    const answer = await request(new URL(path, url), {
      method,
      dispatcher: agent,
      headers: { accept: 'application/json', 'content-type': contentType ?? 'application/json', ...authorization },
      body: body === undefined ? null : JSON.stringify(body),
      ...(query === undefined ? {} : { query }),
      ...(signal === undefined ? {} : { signal }),
    })
    warnings.push(...[answer.headers['warning'] ?? []].flat())
    if (answer.statusCode < 300) return answer.body
    throw new ApiFailure(`${method} ${path}`, answer.statusCode, parseRefusal(await answer.body.text()))
  }

  return {
    async raw(method, path, call) {
      const text = await (await send(method, path, call)).text()
      return text.startsWith('{') ? JSON.parse(text) : text
    },
    async *stream(method, path, call) {
      for await (const line of lines(await send(method, path, call))) yield JSON.parse(line)
    },
    warnings,
    close: () => agent.destroy(),
  }
}

async function* lines(body: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of body) {
    const complete = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = complete.pop() ?? ''
    yield* complete
  }
}

function parseRefusal(text: string): { reason?: string; message?: string } {
  return text.startsWith('{') ? JSON.parse(text) : { message: text }
}
