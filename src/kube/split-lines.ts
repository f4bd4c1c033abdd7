// Cuts a stream of bytes into lines at 0x0A and nowhere else: JSON may carry U+2028 raw, and a chunk may end anywhere.

import { ConnectionError } from './connection-error.ts'

const lineFeed = 0x0a

/**
 * Lines without their line feed, as bytes: decoding before cutting would break a character split between two chunks.
 * Throws a ConnectionError when a line is over `limit` bytes, or the stream ends within a line.
 */
export async function* splitLines(chunks: AsyncIterable<Uint8Array>, limit: number): AsyncGenerator<Uint8Array, void> {
  let begun: Uint8Array[] = []
  let size = 0
  for await (const chunk of chunks) {
    let from = 0
    for (let end = chunk.indexOf(lineFeed); end !== -1; end = chunk.indexOf(lineFeed, from)) {
      const last = chunk.subarray(from, end)
      refuseOver(limit, size + last.length)
      yield begun.length === 0 ? last : Buffer.concat([...begun, last])
      begun = []
      size = 0
      from = end + 1
    }
    if (from === chunk.length) continue
    begun.push(chunk.subarray(from))
    size += chunk.length - from
    refuseOver(limit, size)
  }
  if (size > 0) throw new ConnectionError('Cannot read watch: cut within a line', { code: 'broken' })
}

function refuseOver(limit: number, size: number): void {
  if (size > limit) throw new ConnectionError(`Cannot read watch: a line is over ${limit} bytes`, { code: 'too_large' })
}
