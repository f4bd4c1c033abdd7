// setMyCommands, getMyCommands and deleteMyCommands: one list for each scope and language, with no falling back.

import { badRequest } from './bot-api-error.ts'
import { isObject, parseJSON, requiredText } from './json-parameter.ts'
import type { Method } from './method.ts'
import type { Parameters } from './parameters.ts'
import type { BotCommand } from './profile.ts'
import { languageOf } from './profile-texts.ts'

const mostCommands = 100
const longestCommand = 32
const longestDescription = 256

/** By name in lower case. */
export const commandMethods: readonly (readonly [string, Method])[] = [
  [
    'setmycommands',
    ({ bot, parameters }) => {
      const commands = parseCommands(parameters.text('commands'))
      bot.profile.commands.set(placeOf(parameters), checked(commands))
      return { result: true }
    },
  ],
  ['getmycommands', ({ bot, parameters }) => ({ result: bot.profile.commands.get(placeOf(parameters)) ?? [] })],
  [
    'deletemycommands',
    ({ bot, parameters }) => {
      bot.profile.commands.delete(placeOf(parameters))
      return { result: true }
    },
  ],
]

function parseCommands(text: string): BotCommand[] {
  if (text === '') return []
  const value = parseJSON(text, 'commands')
  if (!Array.isArray(value)) throw badRequest('expected an Array of BotCommand')
  return value.map((one: unknown) => {
    const what = "can't parse BotCommand"
    if (!isObject(one)) throw badRequest(`${what}: expected an Object`)
    return { command: requiredText(one, 'command', what), description: requiredText(one, 'description', what) }
  })
}

function checked(commands: readonly BotCommand[]): BotCommand[] {
  const cleaned = commands.map(cleanedCommand)
  if (cleaned.length > mostCommands) throw badRequest('BOT_COMMANDS_TOO_MUCH')
  if (cleaned.some(({ command }) => !/^[a-z0-9_]+$/.test(command))) throw badRequest('BOT_COMMAND_INVALID')
  return cleaned
}

/** Without spaces around and a slash in front. Lengths count characters. */
function cleanedCommand(given: BotCommand): BotCommand {
  const command = given.command.trim().replace(/^\//, '')
  const description = given.description.trim()
  if (command === '') throw badRequest('command must be non-empty')
  if ([...command].length > longestCommand) throw badRequest(`command length must not exceed ${longestCommand}`)
  if (description === '') throw badRequest('command description must be non-empty')
  if ([...description].length > longestDescription)
    throw badRequest(`command description length must not exceed ${longestDescription}`)
  return { command, description }
}

const placeOf = (parameters: Parameters): string =>
  JSON.stringify([...scopeOf(parameters.text('scope')), languageOf(parameters)])

const wideScopes = ['default', 'all_private_chats', 'all_group_chats', 'all_chat_administrators']
const chatScopes = ['chat', 'chat_administrators', 'chat_member']

function scopeOf(text: string): string[] {
  if (text === '') return ['default']
  const scope = parseJSON(text, 'BotCommandScope')
  const what = "can't parse BotCommandScope"
  if (!isObject(scope)) throw badRequest(`${what}: BotCommandScope must be an Object`)
  const type = requiredText(scope, 'type', what)
  if (wideScopes.includes(type)) return [type]
  if (!chatScopes.includes(type)) throw badRequest(`${what}: Unsupported type specified`)
  const chat = requiredText(scope, 'chat_id', what)
  if (chat === '') throw badRequest(`${what}: Empty chat_id specified`)
  if (type !== 'chat_member') return [type, chat]
  const user = requiredText(scope, 'user_id', what)
  if (!(Number(user) > 0)) throw badRequest(`${what}: Invalid user_id specified`)
  return [type, chat, user]
}
