// Opens the account and the bot for a deletion: with the Secret's tokens where they still work, else with those in escrow.

import type { ReasonOf } from '../api/reasons.ts'
import type { Bot } from '../providers/telegram/bot.ts'
import { isTelegramError } from '../providers/telegram/telegram-error.ts'
import type { Access, Pass } from './pass.ts'
import { readBotToken, readHetznerToken } from './project-tokens.ts'
import { recordedIDs } from './recorded-ids.ts'

/** Why nothing can be done at Hetzner; the reason is one that the credentials may have. */
export interface Closed {
  reason: ReasonOf<'CredentialsReady', 'False'>
  message: string
}

/** Sets `pass.access`, or says why no token opens the account. */
export async function openForDeletion(pass: Pass): Promise<Closed | undefined> {
  const { project, deps, signal } = pass
  const read = await readHetznerToken(pass)
  let why: Closed = {
    reason: read.kind === 'problem' ? read.reason : 'TokenRejected',
    message: 'No Hetzner token is left: neither the Secret nor the escrow has one.',
  }
  for (const token of unique(read.kind === 'token' ? read.token : undefined, pass.escrow?.hetznerToken)) {
    const opened = await deps.accounts.open({
      token,
      holder: project.metadata.uid,
      recorded: recordedIDs(pass),
      signal,
      lane: 'delete',
    })
    if (opened.kind === 'opened') {
      pass.access = { account: opened.account, tokens: { hetzner: token }, ...(await openBot(pass)) }
      return undefined
    }
    why = opened.kind === 'changed' ? elsewhere : rejected(opened.reason)
  }
  return why
}

const elsewhere: Closed = {
  reason: 'AccountChanged',
  message: 'The Hetzner token reaches another Hetzner project than the one that holds the server.',
}

const rejected = (reason: 'TokenRejected' | 'TokenReadOnly'): Closed => ({
  reason,
  message: reason === 'TokenReadOnly' ? 'The Hetzner token may only read.' : 'Hetzner rejects the token.',
})

/** Without any token that Telegram accepts there is no bot to ask: a paid server never waits for it. */
async function openBot(pass: Pass): Promise<Pick<Access, 'bot'>> {
  for (const token of await botTokens(pass)) {
    const bot = pass.deps.bots.bot(token)
    if (await isAccepted(bot, pass.signal)) return { bot }
  }
  return {}
}

/** Only tokens of the bot whose webhook we set: another bot's says nothing about it. */
async function botTokens(pass: Pass): Promise<string[]> {
  const { telegram } = pass.project.spec
  if (telegram === undefined) return []
  const read = await readBotToken(pass, telegram.tokenSecretRef)
  const tokens = unique(read.kind === 'token' ? read.token : undefined, pass.escrow?.telegramToken)
  const recorded = pass.draft.telegram?.botID
  return tokens.filter((token) => recorded === undefined || pass.deps.bots.bot(token).id === recorded)
}

async function isAccepted(bot: Bot, signal: AbortSignal): Promise<boolean> {
  try {
    await bot.getMe(signal)
    return true
  } catch (error) {
    if (isTelegramError(error) && error.errorClass === 'Auth') return false
    throw error
  }
}

const unique = (...tokens: (string | undefined)[]): string[] => [
  ...new Set(tokens.filter((token) => token !== undefined)),
]
