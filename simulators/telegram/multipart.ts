// Reads a multipart form as the Bot API does: a part with a file name is a file, any other a text.

import { Busboy } from '@fastify/busboy'
import { badRequest, requestTooLarge } from './bot-api-error.ts'
import type { RawParameters } from './parameters.ts'

const longestBoundary = 70
const mostFiles = 500
const textLimitBytes = 1024 * 1024

/** Throws BotApiError: 413 for too many texts or files, 400 for what does not hold together. */
export function readMultipart(body: Buffer, o: { contentType: string; into: RawParameters }): Promise<void> {
  const { contentType, into } = o
  checkBoundary(contentType)
  return new Promise((resolve, reject) => {
    const cut = () => reject(badRequest('unexpected end of request content'))
    try {
      const parser = new Busboy({
        headers: { 'content-type': contentType },
        limits: { fieldSize: textLimitBytes + 1, files: mostFiles },
        isPartAFile: (_name, _type, fileName) => fileName !== undefined,
      })
      let textBytes = 0
      parser.on('field', (name, value, ...[, , , type]) => {
        textBytes += Buffer.byteLength(value)
        if (textBytes > textLimitBytes) reject(requestTooLarge())
        if (/^application\/x-www-form-urlencoded/.test(type)) into.texts.push(...new URLSearchParams(value))
        else into.texts.push([name, value])
      })
      parser.on('filesLimit', () => reject(requestTooLarge()))
      parser.on('file', (name, stream) => {
        const chunks: Buffer[] = []
        stream.on('data', (chunk: Buffer) => chunks.push(chunk))
        stream.on('error', cut)
        stream.on('end', () => into.files.push([name, Buffer.concat(chunks)]))
      })
      parser.on('finish', resolve)
      parser.on('error', cut)
      parser.end(body)
    } catch {
      cut()
    }
  })
}

function checkBoundary(contentType: string): void {
  const at = contentType.toLowerCase().indexOf('boundary')
  if (at < 0) throw badRequest('boundary not found')
  const value = /^boundary[^=]*=([^;]*)/i.exec(contentType.slice(at))?.[1]
  if (value === undefined) throw badRequest('boundary value not found')
  const boundary = /^"(.*)"$/.exec(value)?.[1] ?? value
  if (boundary === '' || boundary.length > longestBoundary) throw badRequest('boundary too big or empty')
}
