// getMe, and the bot as a user in other answers.

import type { Bot } from './bot.ts'

/** As others see it. */
export const userOf = ({ id, username, profile }: Bot): Record<string, unknown> => ({
  id,
  is_bot: true,
  first_name: profile.texts.name.get('') ?? '',
  username,
})

/** As it sees itself. */
export const meOf = (bot: Bot): Record<string, unknown> => ({
  ...userOf(bot),
  can_join_groups: true,
  can_read_all_group_messages: false,
  supports_inline_queries: false,
  supports_guest_queries: false,
  supports_join_request_queries: false,
  can_connect_to_business: false,
  has_main_web_app: false,
  has_topics_enabled: false,
  allows_users_to_create_topics: false,
  can_manage_bots: false,
})
