// Takes the parameters off a request, in any of the ways the Bot API takes them: query, form, JSON, multipart.

import { BodyTooLarge } from '../kit/handler.ts'
import { requestTooLarge } from './bot-api-error.ts'
import { jsonMembers } from './json-members.ts'
import { readMultipart } from './multipart.ts'
import { type Parameters, parametersOf, type RawParameters } from './parameters.ts'

/** All texts of a call together; files do not count. */
export const parameterLimitBytes = 1024 * 1024

/**
 * A body of any other type is passed over, and so is what follows a mistake in JSON: the call goes on with what is left.
 * Throws BotApiError: 413 for too many parameters or too large a body, 400 for a multipart body that does not hold together.
 */
export async function readParameters(request: Request): Promise<Parameters> {
  const { search } = new URL(request.url)
  const raw: RawParameters = { texts: [...new URLSearchParams(search)], files: [] }
  admit(search.length - 1)
  const body = Buffer.from(await request.arrayBuffer().catch(refuse))
  if (body.length > 0) await readBody(body, { contentType: request.headers.get('content-type') ?? '', into: raw })
  return parametersOf(raw)
}

/** The same for a webhook's answer, which has a body and no query; libraries differ in the type that they send. */
export async function readAnswer(o: { contentType: string; body: string }): Promise<Parameters> {
  const raw: RawParameters = { texts: [], files: [] }
  await readBody(Buffer.from(o.body), { contentType: o.contentType, into: raw })
  return parametersOf(raw)
}

async function readBody(body: Buffer, o: { contentType: string; into: RawParameters }): Promise<void> {
  if (/multipart\/form-data/i.test(o.contentType)) return readMultipart(body, o)
  const texts = textsOf({ contentType: o.contentType, body: body.toString() })
  if (texts === undefined) return
  admit(body.length)
  o.into.texts.push(...texts)
}

/** `undefined` for a body of another type. */
function textsOf(o: { contentType: string; body: string }): [name: string, value: string][] | undefined {
  if (/application\/x-www-form-urlencoded/i.test(o.contentType)) return [...new URLSearchParams(o.body)]
  return /application\/json/i.test(o.contentType) ? jsonMembers(o.body) : undefined
}

function refuse(error: unknown): never {
  throw error instanceof BodyTooLarge ? requestTooLarge() : error
}

function admit(bytes: number): void {
  if (bytes > parameterLimitBytes) throw requestTooLarge()
}
