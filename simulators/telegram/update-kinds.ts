// The kinds of update there are, and which of them a bot asks for.

export const allUpdates: readonly string[] = [
  'message edited_message channel_post edited_channel_post inline_query chosen_inline_result callback_query',
  'custom_event custom_query shipping_query pre_checkout_query poll poll_answer my_chat_member chat_member',
  'chat_join_request chat_boost removed_chat_boost message_reaction message_reaction_count business_connection',
  'business_message edited_business_message deleted_business_messages purchased_paid_media managed_bot guest_message',
  'subscription stopped_message_generation',
].flatMap((line) => line.split(' '))

const onRequest = ['chat_member', 'message_reaction', 'message_reaction_count']

/** Everything a bot gets when it asks for nothing in particular. */
export const defaultUpdates: readonly string[] = allUpdates.filter((kind) => !onRequest.includes(kind))

/**
 * `keep` when absent or not a JSON list of strings; `default` when no known name is in it or exactly the default ones;
 * else the known names in Telegram's order, without the unknown ones.
 */
export function parseAllowedUpdates(text: string): 'keep' | 'default' | readonly string[] {
  const names = listOfStrings(text)?.map((name) => name.toLowerCase())
  if (names === undefined) return 'keep'
  const chosen = allUpdates.filter((kind) => names.includes(kind))
  return chosen.length === 0 || chosen.join() === defaultUpdates.join() ? 'default' : chosen
}

function listOfStrings(text: string): string[] | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : undefined
  } catch {
    return undefined
  }
}
