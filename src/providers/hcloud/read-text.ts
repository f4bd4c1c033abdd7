// Reads a body to its end, but not without end.

/** Throws when the body is longer than `limit` bytes, is cut off, or is not UTF-8. */
export async function readText(body: AsyncIterable<Uint8Array> | null, limit: number): Promise<string> {
  if (body === null) return ''
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let text = ''
  let size = 0
  for await (const chunk of body) {
    size += chunk.byteLength
    if (size > limit) throw new RangeError(`Cannot read body: longer than ${limit} bytes`)
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}
