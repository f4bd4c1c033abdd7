// What a Bot API method is to the simulator.

import type { Bot } from './bot.ts'
import type { Parameters } from './parameters.ts'

export interface MethodResult {
  result: unknown
  description?: string
}

export interface MethodContext {
  bot: Bot
  parameters: Parameters
  /** The update in whose answer a webhook made this call; absent for a call of the API. */
  inAnswerTo?: number
  /** Aborted when the caller is gone. */
  signal: AbortSignal
}

export type Method = (context: MethodContext) => MethodResult | Promise<MethodResult>
