// The two tokens that a Project names, and what each must look like before anybody is asked.

import { isBotToken } from '../providers/telegram/token.ts'
import type { Pass } from './pass.ts'
import { readToken, type TokenResult } from './token-secret.ts'

/** A cut copy is the usual mistake; a trailing newline is trimmed before this is asked. */
const malformedHetznerToken = (token: string): string | undefined =>
  /^[A-Za-z0-9]{64}$/.test(token) ? undefined : `it must be 64 letters and digits, and has ${token.length} characters.`

const malformedBotToken = (token: string): string | undefined =>
  isBotToken(token) ? undefined : 'it must look like 123456789:AA… as @BotFather shows it.'

export const readHetznerToken = (pass: Pass): Promise<TokenResult> =>
  readToken(pass, {
    ref: pass.project.spec.hetzner.tokenSecretRef,
    service: 'Hetzner',
    malformed: malformedHetznerToken,
  })

export const readBotToken = (pass: Pass, ref: { name: string; key: string }): Promise<TokenResult> =>
  readToken(pass, { ref, service: 'Telegram', malformed: malformedBotToken })
