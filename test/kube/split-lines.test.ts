import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { splitLines } from '../../src/kube/split-lines.ts'

async function* chunksOf(chunks: readonly Uint8Array[]) {
  yield* chunks
}

async function linesOf(chunks: readonly Uint8Array[], limit = 1_000): Promise<string[]> {
  const lines: string[] = []
  for await (const line of splitLines(chunksOf(chunks), limit)) lines.push(Buffer.from(line).toString('utf8'))
  return lines
}

/** The bytes cut at the given places. */
function cutAt(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b)
  return [...ends, bytes.length].map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end))
}

describe('lines', () => {
  it('are the same wherever the bytes are cut, also within a character, and end at a line feed only', async () => {
    const line = fc.string({
      unit: fc.constantFrom('a', '"', 'ü', '€', '😀', '\u2028', '\u2029', '\r', '\u0085', '\v'),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(line), fc.array(fc.nat(200)), async (lines, places) => {
        const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(''))
        expect(await linesOf(cutAt(bytes, places))).toEqual(lines)
      }),
    )
  })

  it('that are cut off by the end of the stream are an error, not a line', async () => {
    const seen: string[] = []
    const read = async () => {
      for await (const line of splitLines(chunksOf([Buffer.from('whole\nha'), Buffer.from('lf')]), 100)) {
        seen.push(Buffer.from(line).toString())
      }
    }
    await expect(read()).rejects.toMatchObject({ code: 'broken' })
    expect(seen).toEqual(['whole'])
  })

  it.each([
    ['in one chunk', ['123456\n']],
    ['in many chunks', ['123', '456\n']],
    ['before they end', ['123', '456']],
  ])('over the limit are refused, %s', async (_, chunks) => {
    const bytes = chunks.map((chunk) => Buffer.from(chunk))
    await expect(linesOf(bytes, 5)).rejects.toMatchObject({ code: 'too_large' })
    expect(await linesOf([Buffer.from('12345\n12345\n')], 5)).toEqual(['12345', '12345'])
  })
})
