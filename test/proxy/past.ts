// A list of the Kubernetes API as it was some revisions ago.

import { ask, type Question, type Upstream } from './forward.ts'

/** The same question about the past. A further page, which belongs to the past of its first one, stays as it is. */
export async function inThePast(upstream: Upstream, question: Question, revisions: number): Promise<Question> {
  const url = new URL(question.target, upstream.url)
  if (url.searchParams.has('continue')) return question
  const newest = `${url.pathname}?limit=1`
  const { body } = await ask(upstream, { ...question, target: newest }, { isStream: false, signal: never })
  const version = BigInt(JSON.parse(String(body)).metadata.resourceVersion) - BigInt(revisions)
  url.searchParams.set('resourceVersion', String(version))
  url.searchParams.set('resourceVersionMatch', 'Exact')
  return { ...question, target: url.pathname + url.search }
}

const never = new AbortController().signal
