// Owns CredentialsReady: the tokens exist and work, reach the account they always reached, and nobody else holds the bot. Reads only.

import { minutes } from '../clock.ts'
import type { Account } from '../providers/hcloud/account.ts'
import type { Bot } from '../providers/telegram/bot.ts'
import { isTelegramError, type TelegramError } from '../providers/telegram/telegram-error.ts'
import { findPreviousIncarnation } from './incarnation.ts'
import { fingerprint } from './memory.ts'
import type { Pass } from './pass.ts'
import { readBotToken, readHetznerToken } from './project-tokens.ts'
import { recordedIDs } from './recorded-ids.ts'
import { blocked, done, type Step, type StepDefinition } from './step.ts'
import { problemStep, reprobe } from './token-secret.ts'

export const credentials: StepDefinition<'CredentialsReady'> = {
  condition: 'CredentialsReady',
  async run(pass) {
    // Side by side, because neither needs the other; of two refusals Hetzner's is told first.
    const [account, bot] = await Promise.all([openAccount(pass), proveBot(pass)])
    if ('refused' in account) return account.refused
    if ('refused' in bot) return bot.refused
    pass.access = { ...bot, account: account.account, tokens: { hetzner: account.token, ...bot.tokens } }
    const leftover = await findPreviousIncarnation(pass)
    if (leftover !== undefined) return blocked('PreviousIncarnation', leftover, reprobe(pass))
    return done('Verified')
  },
}

interface Refused {
  refused: Step<'CredentialsReady'>
}

async function openAccount(pass: Pass): Promise<Refused | { account: Account; token: string }> {
  const { project, deps, signal } = pass
  const { tokenSecretRef } = project.spec.hetzner
  const read = await readHetznerToken(pass)
  if (read.kind === 'problem') return { refused: problemStep(pass, read) }

  const opened = await deps.accounts.open({
    token: read.token,
    holder: project.metadata.uid,
    recorded: recordedIDs(pass),
    signal,
  })
  if (opened.kind !== 'opened') return { refused: blocked(...refusal(opened, tokenSecretRef.name), reprobe(pass)) }
  const { markerID } = opened.account
  if (markerID !== undefined) pass.draft.account = { markerID }
  return { account: opened.account, token: read.token }
}

function refusal(
  opened: { kind: 'rejected'; reason: 'TokenRejected' | 'TokenReadOnly' } | { kind: 'changed' },
  secret: string,
): ['TokenRejected' | 'TokenReadOnly' | 'AccountChanged', string] {
  if (opened.kind === 'changed') {
    return [
      'AccountChanged',
      `The token in Secret ${secret} reaches another Hetzner project: none of the ids that this Project recorded can be read with it. Nothing is created and nothing is given up. Put back a token of the Hetzner project that holds the server.`,
    ]
  }
  if (opened.reason === 'TokenReadOnly') {
    return [
      'TokenReadOnly',
      `The Hetzner token in Secret ${secret} may only read. Create one with the permission Read & Write.`,
    ]
  }
  return [
    'TokenRejected',
    `Hetzner rejects the token in Secret ${secret}: it was revoked or is wrong. Create a new one in the same Hetzner project.`,
  ]
}

async function proveBot(pass: Pass): Promise<Refused | { bot?: Bot; tokens?: { telegram: string } }> {
  const { project, deps } = pass
  if (project.spec.telegram === undefined) return {}
  const { tokenSecretRef } = project.spec.telegram
  const read = await readBotToken(pass, tokenSecretRef)
  if (read.kind === 'problem') return { refused: problemStep(pass, read) }

  try {
    await introduceBot(pass, read.token)
  } catch (error) {
    if (isTelegramError(error) && error.errorClass === 'Auth')
      return { refused: rejectedBot(pass, error, tokenSecretRef.name) }
    throw error
  }
  const bot = deps.bots.bot(read.token)
  const { uid, creationTimestamp } = project.metadata
  if (!deps.claims.claim(bot.id, { uid, creationTimestamp })) return { refused: taken(pass) }
  return { bot, tokens: { telegram: read.token } }
}

const taken = (pass: Pass): Step<'CredentialsReady'> =>
  blocked(
    'BotConflict',
    'Another Project, older than this one, already serves this bot. A bot has one webhook: give this Project a bot of its own, or delete the other.',
    reprobe(pass),
  )

const rejectedBot = (pass: Pass, error: TelegramError, secret: string): Step<'CredentialsReady'> =>
  blocked(
    'TokenRejected',
    `Telegram rejects the bot token in Secret ${secret}: ${error.message}. ${error.remedy}`,
    reprobe(pass),
  )

/** For this long a token that getMe has proven is not asked about again. */
const proofLasts = minutes(5)

async function introduceBot({ project, draft, deps, signal }: Pass, token: string): Promise<void> {
  const memory = deps.memory.of(project.metadata.uid)
  const mark = fingerprint(token)
  const proven = memory.provenBot
  const isProven = proven !== undefined && proven.token === mark && deps.clock.monotonic() < proven.until
  const bot = deps.bots.bot(token)
  const username = isProven ? proven.username : (await bot.getMe(signal)).username
  if (!isProven) memory.provenBot = { token: mark, until: deps.clock.monotonic() + proofLasts, username }
  draft.telegram = { ...draft.telegram, botID: bot.id, botUsername: username }
}
