// Faults between the operator and an upstream: the verdicts of the one vocabulary, carried out on one exchange.

import type { ServerResponse } from 'node:http'
import type { Clock } from '../../simulators/kit/clock.ts'
import { answerUnder } from '../../simulators/kit/fault-answer.ts'
import type { Faults } from '../../simulators/kit/faults.ts'
import { ConnectionLost } from '../../simulators/kit/handler.ts'
import { breakOff, writeResponse } from '../../simulators/kit/serve.ts'
import { type Answer, carried, deliver, type Question } from './forward.ts'
import { linesOf, type WatchFaults } from './watch-faults.ts'

export interface FaultyExchange {
  faults: Faults
  /** For what happens within a watch. */
  watchFaults?: WatchFaults | undefined
  clock: Clock
  question: Question
  outgoing: ServerResponse
  /** Aborted when the client goes away. */
  signal: AbortSignal
  /** Carries the question to the upstream. */
  forward(): Promise<Answer>
}

/** Rejects with what is no fault. A watch counts as answered, without a body, when it begins: it is passed through unless another answer takes its place. */
export async function answerWithFaults(exchange: FaultyExchange): Promise<void> {
  const { faults, clock, question, outgoing, signal } = exchange
  const line = { method: question.method, path: question.target }
  let told: { answer: Answer; response: Response } | undefined
  const handler = async () => {
    unheard(told?.answer)
    const answer = await exchange.forward()
    told = { answer, response: responseOf(answer) }
    return told.response
  }
  try {
    const request = new Request('http://proxied/', { signal })
    const response = await answerUnder(faults.decide(line), { handler, request, clock })
    if (told?.answer.stream !== undefined && told.response === response) await deliverWatch(told.answer, exchange)
    else {
      unheard(told?.answer)
      await writeResponse(response, outgoing)
    }
  } catch (error) {
    if (!(error instanceof ConnectionLost)) throw error
    breakOff(error, outgoing)
  } finally {
    faults.ended(line)
  }
}

async function deliverWatch(answer: Answer, exchange: FaultyExchange): Promise<void> {
  const { watchFaults, question, outgoing, signal } = exchange
  if (watchFaults === undefined || answer.stream === undefined) return deliver(answer, outgoing)
  if (outgoing.destroyed) return unheard(answer)
  outgoing.writeHead(answer.status, carried(answer.headers))
  outgoing.flushHeaders()
  const request = { method: question.method, path: question.target }
  try {
    for await (const line of watchFaults.bend(linesOf(answer.stream), { request, signal })) outgoing.write(line)
    outgoing.end()
  } finally {
    unheard(answer)
  }
}

/** What a watch still had to tell when another answer takes its place, or that to the same question asked again. */
function unheard(answer: Answer | undefined): void {
  answer?.stream?.on('error', () => {}).destroy()
}

function responseOf({ status, headers, body }: Answer): Response {
  const pairs = Object.entries(carried(headers)).flatMap(([name, value]) =>
    [value].flat().map((one): [string, string] => [name, one]),
  )
  return new Response(body.length === 0 ? null : new Uint8Array(body), { status, headers: pairs })
}
