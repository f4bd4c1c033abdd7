// setMyName, setMyDescription, setMyShortDescription and their getters.

import type { Bot } from './bot.ts'
import { badRequest } from './bot-api-error.ts'
import type { Method } from './method.ts'
import type { Parameters } from './parameters.ts'
import type { ProfileText } from './profile.ts'

/** Characters, and the word for what is longer: Telegram's core names these itself. */
const limits: Record<ProfileText, { longest: number; refusal: string }> = {
  name: { longest: 64, refusal: 'BOT_TITLE_INVALID' },
  description: { longest: 512, refusal: 'BOT_DESC_INVALID' },
  short_description: { longest: 120, refusal: 'BOT_SHARETEXT_INVALID' },
}

const titles: readonly [ProfileText, string][] = [
  ['name', 'name'],
  ['description', 'description'],
  ['short_description', 'shortdescription'],
]

/** By name in lower case. */
export const profileTextMethods: readonly (readonly [string, Method])[] = titles.flatMap(([text, title]) => [
  [`setmy${title}`, ({ bot, parameters }) => ({ result: setText(bot, { text, parameters }) })] as const,
  [`getmy${title}`, ({ bot, parameters }) => ({ result: { [text]: textOf(bot, { text, parameters }) } })] as const,
])

/** An empty text takes a language's own one away; a bot cannot be without a name. */
function setText(bot: Bot, { text, parameters }: { text: ProfileText; parameters: Parameters }): true {
  const language = languageOf(parameters)
  const value = parameters.text(text).trim()
  const { longest, refusal } = limits[text]
  const nameless = text === 'name' && language === '' && value === ''
  if (nameless || [...value].length > longest) throw badRequest(refusal)
  if (value === '') bot.profile.texts[text].delete(language)
  else bot.profile.texts[text].set(language, value)
  return true
}

function textOf(bot: Bot, { text, parameters }: { text: ProfileText; parameters: Parameters }): string {
  const texts = bot.profile.texts[text]
  return texts.get(languageOf(parameters)) ?? texts.get('') ?? ''
}

/** Two small letters, or empty. Throws BotApiError 400 for anything else. */
export function languageOf(parameters: Parameters): string {
  const code = parameters.text('language_code')
  if (!/^([a-z]{2})?$/.test(code)) throw badRequest('invalid language code specified')
  return code
}
