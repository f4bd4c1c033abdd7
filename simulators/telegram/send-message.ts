// sendMessage: what the bot says, by calling the API or in its answer to a webhook request.

import type { Clock } from '../kit/clock.ts'
import type { Answer, Bot } from './bot.ts'
import { badRequest } from './bot-api-error.ts'
import { userOf } from './get-me.ts'
import type { MethodContext, MethodResult } from './method.ts'

const answersKept = 1_000
const longestText = 4_096

export interface SendMessageDeps {
  clock: Clock
  onAnswer(bot: Bot, answer: Answer): void
}

/** Throws BotApiError 400. Every chat there could be is there; none has a name of its own. */
export function sendMessage(context: MethodContext, { clock, onAnswer }: SendMessageDeps): MethodResult {
  const { bot, parameters, inAnswerTo } = context
  const text = parameters.text('text')
  if (text === '') throw badRequest('message text is empty')
  if (parameters.text('chat_id') === '') throw badRequest('chat_id is empty')
  const chatID = /^-?0*[1-9]\d*/.exec(parameters.text('chat_id'))?.[0]
  if (chatID === undefined) throw badRequest('chat not found')
  if (text.trim() === '') throw badRequest('text must be non-empty')
  if (text.length > longestText) throw badRequest('message is too long')
  const answer: Answer = {
    at: new Date(clock.now()).toISOString(),
    ...(inAnswerTo === undefined ? { via: 'api' } : { via: 'webhook', updateID: inAnswerTo }),
    ...{ chatID, text },
  }
  bot.answers.push(answer)
  if (bot.answers.length > answersKept) bot.answers.shift()
  onAnswer(bot, answer)
  bot.lastMessageID += 1
  return {
    result: {
      message_id: bot.lastMessageID,
      from: userOf(bot),
      chat: chatOf(Number(chatID)),
      date: Math.floor(clock.now() / 1_000),
      text,
    },
  }
}

const chatOf = (id: number): Record<string, unknown> =>
  id > 0 ? { id, type: 'private', first_name: 'User' } : { id, type: 'group', title: 'Group' }
