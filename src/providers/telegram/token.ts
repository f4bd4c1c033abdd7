// What a bot token looks like: "<bot id>:<secret>". Checked before any call.

const syntax = /^([1-9][0-9]{5,15}):[A-Za-z0-9_-]{30,50}$/

/** Whether this has the shape of a bot token; whether it is one, only getMe says. */
export const isBotToken = (token: string): boolean => syntax.test(token)

/** The bot's id, which is the public part of its token; undefined when this is no bot token. */
export function botIDOf(token: string): number | undefined {
  const digits = syntax.exec(token)?.[1]
  return digits === undefined ? undefined : Number(digits)
}
