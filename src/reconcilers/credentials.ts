// Owns CredentialsReady: the tokens exist and work, reach the account they always reached, and nobody else holds the bot. Reads only.

import { minutes } from '../clock.ts'
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
    const refused = (await openAccount(pass)) ?? (await proveBot(pass))
    if (refused !== undefined) return refused
    const leftover = await findPreviousIncarnation(pass)
    if (leftover !== undefined) return blocked('PreviousIncarnation', leftover, reprobe(pass))
    return done('Verified')
  },
}

type Refusal = Step<'CredentialsReady'> | undefined

async function openAccount(pass: Pass): Promise<Refusal> {
  const { project, deps, signal } = pass
  const { tokenSecretRef } = project.spec.hetzner
  const read = await readHetznerToken(pass)
  if (read.kind === 'problem') return problemStep(pass, read)

  const opened = await deps.accounts.open({
    token: read.token,
    holder: project.metadata.uid,
    recorded: recordedIDs(pass),
    signal,
  })
  if (opened.kind === 'opened') {
    pass.access = { account: opened.account, tokens: { hetzner: read.token } }
    return undefined
  }
  return blocked(...refusal(opened, tokenSecretRef.name), reprobe(pass))
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

async function proveBot(pass: Pass): Promise<Refusal> {
  const { project, deps } = pass
  if (project.spec.telegram === undefined) return undefined
  const { tokenSecretRef } = project.spec.telegram
  const read = await readBotToken(pass, tokenSecretRef)
  if (read.kind === 'problem') return problemStep(pass, read)

  try {
    await introduceBot(pass, read.token)
  } catch (error) {
    if (isTelegramError(error) && error.errorClass === 'Auth') return rejectedBot(pass, error, tokenSecretRef.name)
    throw error
  }
  const bot = deps.bots.bot(read.token)
  if (
    !deps.claims.claim(bot.id, { uid: project.metadata.uid, creationTimestamp: project.metadata.creationTimestamp })
  ) {
    return blocked(
      'BotConflict',
      'Another Project, older than this one, already serves this bot. A bot has one webhook: give this Project a bot of its own, or delete the other.',
      reprobe(pass),
    )
  }
  if (pass.access !== undefined)
    pass.access = { ...pass.access, bot, tokens: { ...pass.access.tokens, telegram: read.token } }
  return undefined
}

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
