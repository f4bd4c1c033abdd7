// The parameters of a Bot API call, in any of the ways the API takes them: query, form, JSON, multipart.

import { Busboy } from '@fastify/busboy'
import { badRequest } from './bot-api-error.ts'

export interface Parameters {
  /** Empty when absent: the API does not tell these apart. */
  text(name: string): string
  /** `true`, `yes` and `1` are true. */
  flag(name: string): boolean
  /** A number forced into the range; text that is no number counts as 0. */
  integer(name: string, limits: { least: number; most: number; otherwise: number }): number
  /** A part of a multipart body that has a file name. */
  file(name: string): Uint8Array | undefined
}

interface Raw {
  texts: Map<string, string>
  files: Map<string, Uint8Array>
}

/** Throws BotApiError 400 for a body that does not parse. */
export async function readParameters(request: Request): Promise<Parameters> {
  const raw: Raw = { texts: new Map(new URL(request.url).searchParams), files: new Map() }
  await readBody(request, raw)
  return parametersOf(raw)
}

export function parametersOf({ texts, files }: Raw): Parameters {
  const text = (name: string) => texts.get(name) ?? ''
  return {
    text,
    flag: (name) => ['true', 'yes', '1'].includes(text(name).toLowerCase()),
    integer(name, { least, most, otherwise }) {
      if (text(name) === '') return otherwise
      return Math.min(Math.max(Number.parseInt(text(name), 10) || 0, least), most)
    },
    file: (name) => files.get(name),
  }
}

/** The members of a JSON object as parameters: what is not text becomes its JSON. */
export function textsOfJSON(body: string): Map<string, string> {
  const value: unknown = JSON.parse(body)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new SyntaxError('Not an object')
  const present = Object.entries(value).filter(([, member]) => member !== null)
  return new Map(present.map(([name, member]) => [name, typeof member === 'string' ? member : JSON.stringify(member)]))
}

async function readBody(request: Request, into: Raw): Promise<void> {
  const body = Buffer.from(await request.arrayBuffer())
  const contentType = request.headers.get('content-type') ?? ''
  if (body.length === 0) return
  try {
    if (/^multipart\/form-data/i.test(contentType)) return await readMultipart(body, { contentType, into })
    const texts = /^application\/json/i.test(contentType)
      ? textsOfJSON(body.toString())
      : new URLSearchParams(body.toString())
    for (const [name, value] of texts) into.texts.set(name, value)
  } catch (error) {
    throw error instanceof SyntaxError ? badRequest("can't parse JSON object") : badRequest('invalid request body')
  }
}

function readMultipart(body: Buffer, { contentType, into }: { contentType: string; into: Raw }): Promise<void> {
  return new Promise((resolve, reject) => {
    const parser = new Busboy({ headers: { 'content-type': contentType } })
    parser.on('field', (name, value) => into.texts.set(name, value))
    parser.on('file', (name, stream) => {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => into.files.set(name, Buffer.concat(chunks)))
    })
    parser.on('finish', resolve)
    parser.on('error', reject)
    parser.end(body)
  })
}
