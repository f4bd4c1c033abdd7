// One pass over one Project: what it is, what its status will say, and what earlier steps found for later ones.

import type { Project, ProjectStatus } from '../api/project.ts'
import type { ReasonOf, StepConditionType } from '../api/reasons.ts'
import type { Account } from '../providers/hcloud/account.ts'
import type { Bot } from '../providers/telegram/bot.ts'
import type { ProjectDeps } from './deps.ts'

/** What the credentials open: the Hetzner account and the bot that this pass acts through. */
export interface Access {
  account: Account
  tokens: { hetzner: string; telegram?: string }
  /** Absent when the Project has no `telegram`, or, on deletion, when its token is gone. */
  bot?: Bot
}

export interface KeyMaterial {
  /** PEM. What Telegram is given to trust. */
  caCertificate: string
  /** PEM. */
  caKey: string
  /** PEM. Leaf with its chain. */
  certificate: string
  /** PEM. */
  key: string
  /** What Telegram sends in X-Telegram-Bot-Api-Secret-Token. */
  secretToken: string
}

/** What a deletion needs, and what the server was given; kept in the operator's own namespace. */
export interface EscrowContent {
  hetznerToken?: string
  telegramToken?: string
  keys?: KeyMaterial
}

export interface Pass {
  /** As the store had it when the pass began, or as the API server answered our own finalizer write. Parsed, with defaults. */
  project: Project
  /** The status that is sent at the end of the pass; steps fill in facts, never conditions. */
  readonly draft: ProjectStatus
  readonly deps: ProjectDeps
  readonly signal: AbortSignal
  /** Set by the credentials step. */
  access?: Access
  /** Set by the guard. */
  escrow?: EscrowContent
  /** Set by the server step, once they are in both their places. */
  keys?: KeyMaterial
  /** Set by the server step: the keys that the server was given are gone, so nothing that needs them is touched. */
  keysLost?: string
  /** What the running step has found amiss: its condition says so also when mending it ends in an error. */
  amiss?: ReasonOf<StepConditionType, 'False'>
}

/** For steps after the credentials: the table of contents in project.ts makes sure that there is access by then. */
export function accessOf(pass: Pass): Access {
  if (pass.access === undefined)
    throw new Error('Cannot act on a Project: its credentials have not been checked in this pass')
  return pass.access
}

/** For steps after the address. */
export function addressOf({ draft }: Pass): NonNullable<ProjectStatus['address']> {
  if (draft.address === undefined)
    throw new Error('Cannot act on a Project: its address has not been found in this pass')
  return draft.address
}
