// What the process remembers of a Project between passes. Losing it costs time, never correctness: it only makes the operator more patient.

import { createHmac, randomBytes } from 'node:crypto'
import type { Clock, Duration } from '../clock.ts'

export interface ProjectMemory {
  /** Passes in a row that could not observe the world; sets the pace of retries. */
  failures: number
  /** Monotonic time of the last create or setWebhook without a known outcome (R4). */
  unknownCreateAt?: Duration
  /** Failed probes in a row, and the wall-clock time of the first. */
  probe: { failures: number; failingSince?: number }
  /** Monotonic time of the last probe that was answered well. */
  probeAnsweredAt?: Duration
  /** The credentials were good in the last pass of this process. */
  credentialsGood?: boolean
  /** Monotonic time of the last status write. */
  reportedAt?: Duration
  /** What Secrets and ConfigMaps said a moment ago, and when (monotonic). */
  reads: Map<string, { at: Duration; value: unknown }>
  /** Monotonic time of the last look at the webhook that found it as it should be. */
  webhookCheckedAt?: Duration
  /** Generation and request that this look answered. */
  webhookCheckedFor?: string
  /** Monotonic times at which a webhook changed by others was set again. */
  webhookRepairs: Duration[]
  /** Keyed hash of the bot token that getMe proved, until when (monotonic), and the bot's user name. */
  provenBot?: { token: string; until: Duration; username: string }
}

export interface Memory {
  of(uid: string): ProjectMemory
  /** A secret of this Project has been read: from now on the redaction gate knows it. */
  keepSecret(uid: string, secret: string): void
  /** The finalizer is off: until the store has heard of it, a pass has nothing to do. */
  letGo(uid: string): void
  isLetGo(uid: string): boolean
  /** Forgets everything, secrets too. */
  forget(uid: string): void
}

/** The part of the redaction gate that learns. */
export interface SecretKeeper {
  remember(secret: string): void
  forget(secret: string): void
}

export function createMemory({ redactor }: { redactor: SecretKeeper }): Memory {
  const projects = new Map<string, ProjectMemory>()
  const secrets = new Map<string, Set<string>>()
  const gone = new Set<string>()
  return {
    keepSecret(uid, secret) {
      const known = secrets.get(uid) ?? new Set()
      secrets.set(uid, known)
      if (known.has(secret)) return
      known.add(secret)
      redactor.remember(secret)
    },
    of(uid) {
      const known = projects.get(uid) ?? { failures: 0, probe: { failures: 0 }, reads: new Map(), webhookRepairs: [] }
      projects.set(uid, known)
      return known
    },
    letGo: (uid) => void gone.add(uid),
    isLetGo: (uid) => gone.has(uid),
    forget(uid) {
      gone.delete(uid)
      projects.delete(uid)
      for (const secret of secrets.get(uid) ?? []) redactor.forget(secret)
      secrets.delete(uid)
    },
  }
}

/** Whether an instant remembered as monotonic time lies less than `span` back. */
export const isWithin = (clock: Clock, instant: Duration | undefined, span: Duration): boolean =>
  instant !== undefined && clock.monotonic() - instant < span

/** Made anew at each start, so that a fingerprint says nothing outside this process. */
const fingerprintKey = randomBytes(32)

/** Tells two tokens apart without keeping either. */
export const fingerprint = (token: string): string =>
  createHmac('sha256', fingerprintKey).update(token).digest('base64url')
