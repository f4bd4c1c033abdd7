// A handler on a real port: bodies and headers pass through, and dropped connections are really dropped.

import { afterEach, describe, expect, it } from 'vitest'
import { ConnectionLost, type Handler } from '../../../simulators/kit/handler.ts'
import { type Serving, serve } from '../../../simulators/kit/serve.ts'

const open: Serving[] = []

async function serving(handler: Handler, onError?: (error: unknown) => void): Promise<string> {
  const one = await serve(handler, onError === undefined ? {} : { onError })
  open.push(one)
  return one.url
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()))
})

describe('serve', () => {
  it('hands the request on and the response back', async () => {
    const url = await serving(async (request) => {
      const { pathname, search } = new URL(request.url)
      const text = `${request.method} ${pathname}${search} ${request.headers.get('x-in')} ${await request.text()}`
      return new Response(text, { status: 418, headers: { 'x-out': 'yes' } })
    })
    const response = await fetch(`${url}/a/b?c=d`, { method: 'PUT', body: 'hello', headers: { 'x-in': 'in' } })
    expect(response.status).toBe(418)
    expect(response.headers.get('x-out')).toBe('yes')
    expect(await response.text()).toBe('PUT /a/b?c=d in hello')
  })

  it('drops the connection when the handler says so', async () => {
    const errors: unknown[] = []
    const url = await serving(
      async () => {
        throw new ConnectionLost('gone')
      },
      (error) => errors.push(error),
    )
    await expect(fetch(url)).rejects.toThrow(TypeError)
    expect(errors).toEqual([])
  })

  it('tells of a defect and drops the connection', async () => {
    const errors: unknown[] = []
    const url = await serving(
      async () => {
        throw new Error('a defect')
      },
      (error) => errors.push(error),
    )
    await expect(fetch(url)).rejects.toThrow(TypeError)
    expect(errors).toEqual([expect.objectContaining({ message: 'a defect' })])
  })

  it('aborts the request when the client goes away', async () => {
    const gone = Promise.withResolvers<string>()
    const url = await serving(
      (request) =>
        new Promise((_, reject) => {
          request.signal.addEventListener('abort', () => {
            gone.resolve('gone')
            reject(request.signal.reason)
          })
        }),
    )
    await expect(fetch(url, { signal: AbortSignal.timeout(50) })).rejects.toThrow()
    expect(await gone.promise).toBe('gone')
  })

  it('rejects when the port is taken', async () => {
    const url = await serving(async () => new Response())
    await expect(serve(async () => new Response(), { port: Number(new URL(url).port) })).rejects.toThrow('EADDRINUSE')
  })
})
