// The menu button, and the rights that a bot wishes for when it is added to a chat as an administrator.

import { badRequest } from './bot-api-error.ts'
import { isObject, parseJSON, requiredText } from './json-parameter.ts'
import type { Method } from './method.ts'
import type { MenuButton } from './profile.ts'

/** By name in lower case. */
export const profileDefaultMethods: readonly (readonly [string, Method])[] = [
  [
    'setchatmenubutton',
    ({ bot, parameters }) => {
      bot.profile.menuButtons.set(parameters.text('chat_id'), parseButton(parameters.text('menu_button')))
      return { result: true }
    },
  ],
  [
    'getchatmenubutton',
    ({ bot, parameters }) => {
      const chat = parameters.text('chat_id')
      const otherwise: MenuButton = { type: chat === '' ? 'commands' : 'default' }
      return { result: bot.profile.menuButtons.get(chat) ?? otherwise }
    },
  ],
  [
    'setmydefaultadministratorrights',
    ({ bot, parameters }) => {
      bot.profile.rights[placeOf(parameters.flag('for_channels'))] = parseRights(parameters.text('rights'))
      return { result: true }
    },
  ],
  [
    'getmydefaultadministratorrights',
    ({ bot, parameters }) => {
      const place = placeOf(parameters.flag('for_channels'))
      const wished = bot.profile.rights[place]
      return { result: Object.fromEntries(rightsOf[place].map((right) => [right, wished[right] ?? false])) }
    },
  ],
]

function parseButton(text: string): MenuButton {
  if (text === '') return { type: 'default' }
  const button = parseJSON(text, 'menu button')
  const what = "can't parse menu button"
  if (!isObject(button)) throw badRequest(`${what}: MenuButton must be an Object`)
  const type = requiredText(button, 'type', what)
  if (type === 'commands' || type === 'default') return { type }
  if (type !== 'web_app') throw badRequest(`${what}: MenuButton has unsupported type`)
  const label = requiredText(button, 'text', what)
  const app = button['web_app']
  if (app === undefined) throw badRequest(`${what}: Can't find field "web_app"`)
  if (!isObject(app)) throw badRequest(`${what}: Field "web_app" must be of type Object`)
  return { type, text: label, web_app: { url: requiredText(app, 'url', what) } }
}

const placeOf = (forChannels: boolean): 'groups' | 'channels' => (forChannels ? 'channels' : 'groups')

const everywhere = [
  ...['can_manage_chat', 'can_change_info', 'can_delete_messages', 'can_invite_users', 'can_restrict_members'],
  ...['can_promote_members', 'can_manage_video_chats', 'can_post_stories', 'can_edit_stories', 'can_delete_stories'],
  ...['can_send_welcome_messages', 'is_anonymous'],
]
const rightsOf = {
  groups: [...everywhere, 'can_pin_messages', 'can_manage_topics', 'can_manage_tags'],
  channels: [...everywhere, 'can_post_messages', 'can_edit_messages', 'can_manage_direct_messages'],
}

/** Without rights the wish is taken back. */
function parseRights(text: string): Record<string, boolean> {
  if (text === '') return {}
  const rights = parseJSON(text, 'ChatAdministratorRights')
  const what = "can't parse ChatAdministratorRights"
  if (!isObject(rights)) throw badRequest(`${what}: ChatAdministratorRights must be an Object`)
  const wished: Record<string, boolean> = {}
  for (const right of new Set([...rightsOf.groups, ...rightsOf.channels])) {
    const value = rights[right]
    if (value !== undefined && typeof value !== 'boolean')
      throw badRequest(`${what}: Field "${right}" must be of type Boolean`)
    wished[right] = value ?? false
  }
  return wished
}
