// What the reconcilers are given. Instances arrive here; nothing below this folder is constructed by a step.

import type { Project } from '../api/project.ts'
import type { Clock, Duration } from '../clock.ts'
import type { ConfigMaps } from '../kube/config-maps.ts'
import type { Projects } from '../kube/projects.ts'
import type { Secrets } from '../kube/secrets.ts'
import type { HcloudAccounts } from '../providers/hcloud/accounts.ts'
import type { Probe } from '../providers/probe/probe.ts'
import type { Bots } from '../providers/telegram/bot.ts'
import type { BotClaims } from './bot-claims.ts'
import type { Memory } from './memory.ts'
import type { Tell } from './project-event.ts'

/** Who the operator is. */
export interface OperatorIdentity {
  /** Label value that tells this cluster's resources from another's in the same Hetzner project. */
  cluster: string
  /** The operator's own namespace: escrow and tombstones live there. */
  namespace: string
}

/** Between two looks at what nobody tells the operator of. */
export interface LookIntervals {
  /** What Hetzner is taking away. */
  removal: Duration
  /** What Hetzner has not finished or does not list yet, and no action tells of. */
  status: Duration
  /** A server that boots, at first; ever more rarely as it takes longer. */
  bootProbe: Duration
}

export interface OperatorSettings {
  /** Keep what a deletion needs in the operator's own namespace. */
  escrow: boolean
  /** R4: how long the calls of an earlier process, or one of ours with no answer, may still take effect. */
  drain: Duration
  /** Monotonic time at which this process could first have begun a call. */
  startedAt: Duration
  intervals: LookIntervals
}

export interface ProjectDeps {
  clock: Clock
  /** 0 ≤ n < 1. */
  random: () => number
  identity: OperatorIdentity
  settings: OperatorSettings
  projects: Pick<Projects, 'readLive' | 'patchStatus' | 'setFinalizers'> & {
    /** From the store, or newer where our own last write answered with it. */
    get(key: string): Project | undefined
  }
  secrets: Secrets
  configMaps: ConfigMaps
  accounts: HcloudAccounts
  bots: Bots
  probe: Probe
  claims: BotClaims
  memory: Memory
  /** False until every Project of the initial list has ended one pass: no webhook is set before (design §9). */
  initialPassesEnded: () => boolean
  /** Told of everything that a pass could not do, for the log: a status holds the message, not the stack. */
  onFault: (error: unknown, project: Project) => void
  /** Tells an event; the list is events.ts. */
  tell: Tell
  /** The one redaction gate for every string that leaves. */
  redact: (text: string) => string
}
