import { describe, expect, it } from 'vitest'
import { readWatchEvents, type WatchEvent } from '../../src/kube/watch-stream.ts'

async function* bytesOf(...chunks: (string | Uint8Array)[]) {
  for (const chunk of chunks) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk
}

/** The events read, and the error that ended them. */
async function read(bytes: AsyncIterable<Uint8Array>) {
  const events: WatchEvent<unknown>[] = []
  try {
    for await (const event of readWatchEvents(bytes, 'watch /x')) events.push(event)
    return { events, error: undefined }
  } catch (error) {
    return { events, error }
  }
}

const added = { type: 'ADDED', object: { metadata: { name: 'a\u2028b', uid: 'u', resourceVersion: '5' } } }
const line = `${JSON.stringify(added)}\n`

describe('a watch stream', () => {
  it('gives events, with separators that only look like line ends intact', async () => {
    expect(line).toContain('\u2028')
    const bookmark = { type: 'BOOKMARK', object: { metadata: { resourceVersion: '6' } } }
    const { events, error } = await read(bytesOf(line, '\n', `${JSON.stringify(bookmark)}\n`))
    expect([events, error]).toEqual([[added, bookmark], undefined])
  })

  it.each([
    [
      '410 Expired',
      { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' },
      { status: 410, reason: 'Expired' },
    ],
    ['410 Gone', { kind: 'Status', code: 410, reason: 'Gone' }, { status: 410, reason: 'Gone' }],
    [
      '429',
      { kind: 'Status', code: 429, reason: 'TooManyRequests', details: { retryAfterSeconds: 2 } },
      { status: 429, retryAfter: 2_000 },
    ],
    ['500', { kind: 'Status', code: 500, reason: 'InternalError' }, { status: 500 }],
    [
      '504',
      { kind: 'Status', code: 504, reason: 'Timeout', details: { causes: [{ reason: 'ResourceVersionTooLarge' }] } },
      { status: 504, causes: [{ reason: 'ResourceVersionTooLarge' }] },
    ],
    ['no Status at all', { surprise: true }, { status: 500, reason: '' }],
    ['nothing', undefined, { status: 500, reason: '' }],
  ])('throws an ERROR event as the error that it stands for: %s', async (_, object, want) => {
    const { events, error } = await read(bytesOf(line, `${JSON.stringify({ type: 'ERROR', object })}\n`, line))
    expect(events).toEqual([added])
    expect(error).toMatchObject({ name: 'ApiError', ...want })
  })

  it.each<[string, string | Uint8Array]>([
    ['half of a JSON', '{"type": "ADDED", \n'],
    ['a page of HTML', '<html>hush</html>\n'],
    ['an event without object', '{"type": "ADDED"}\n'],
    ['an object that is null', '{"type": "ADDED", "object": null}\n'],
    ['an object without metadata', '{"type": "ADDED", "object": {}}\n'],
    ['metadata that are null', '{"type": "DELETED", "object": {"metadata": null}}\n'],
    ['an object without version', line.replace('"resourceVersion":"5"', '"generation":5')],
    ['an object whose version is a number', line.replace('"5"', '5')],
    ['an object without uid', line.replace('"uid":"u",', '')],
    ['an object with an empty name', line.replace('a\u2028b', '')],
    ['a bookmark without version', '{"type": "BOOKMARK", "object": {"metadata": {}}}\n'],
    ['a type that is no text', line.replace('"ADDED"', '{}')],
    ['an unknown type', line.replace('ADDED', 'RENAMED')],
    ['null', 'null\n'],
    ['a number', '5\n'],
    ['bytes that are no UTF-8', Buffer.from(line.replace('a\u2028b', '\xff'), 'latin1')],
  ])('never skips what it cannot read: %s', async (_, unreadable) => {
    const { events, error } = await read(bytesOf(line, unreadable, line))
    expect(events).toEqual([added])
    expect(error).toMatchObject({
      name: 'ConnectionError',
      code: 'malformed',
      message: expect.not.stringContaining('hush'),
    })
  })

  it('that is cut within a line is broken, so that it is resumed', async () => {
    const { events, error } = await read(bytesOf(line, line.slice(0, 20)))
    expect(events).toEqual([added])
    expect(error).toMatchObject({ code: 'broken' })
  })
})
