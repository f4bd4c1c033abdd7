// The closed set of condition types and of the reasons each may carry: what a user can meet, and what the docs list.

export type ConditionStatus = 'True' | 'False' | 'Unknown'

/** Conditions that a step owns, in the order of the steps. */
export const stepConditionTypes = [
  'CredentialsReady',
  'AddressReady',
  'ServerReady',
  'WorkloadReady',
  'WebhookReady',
] as const
export type StepConditionType = (typeof stepConditionTypes)[number]

/** Every condition, in the order in which the status lists them. */
export const conditionTypes = ['Ready', 'Reconciling', 'Stalled', ...stepConditionTypes, 'InSync'] as const
export type ConditionType = (typeof conditionTypes)[number]

/** Reasons of the steps' conditions and of InSync, by status, each with what it means to a user. */
export const reasons = {
  CredentialsReady: {
    True: {
      Verified:
        'Hetzner and Telegram accepted the tokens, and the account is the one that this Project has always used.',
    },
    False: {
      SecretMissing: 'A Secret that spec names does not exist. Create it; it may come after the Project.',
      SecretAccessDenied:
        'The operator may not read Secrets in this namespace. The message has the command that grants it.',
      SecretKeyMissing: 'The Secret exists but has no such key, or the key is empty.',
      TokenMalformed: 'The text in the Secret cannot be a token: wrong length or characters.',
      TokenRejected: 'Hetzner or Telegram does not accept the token: it was revoked or mistyped.',
      TokenReadOnly: 'The Hetzner token may read only. Create one that may read and write.',
      AccountChanged:
        'The Hetzner token belongs to another Hetzner project than before; nothing is created or declared gone.',
      PreviousIncarnation:
        'Hetzner still holds objects of an earlier Project of this name. The annotation botyard.dev/adopt decides about them.',
      BotConflict: 'An older Project has the same bot.',
    },
    Unknown: { Unchecked: 'Not looked at yet.' },
  },
  AddressReady: {
    True: { Allocated: 'A Primary IPv4 is held for this Project.' },
    False: {
      Allocating: 'The address is being allocated.',
      NoCapacity: 'Every wanted server type is sold out in every wanted location; tried again by itself.',
      QuotaExceeded: "The Hetzner project's limit of Primary IPs is reached.",
      Ambiguous: "More than one Primary IP carries this Project's labels; a person must say which one is right.",
      NotFound:
        'A name in spec does not exist at Hetzner or is not sold there, or the address itself is gone or being given back.',
    },
    Unknown: { AwaitingCredentials: 'Waits for CredentialsReady.' },
  },
  ServerReady: {
    True: { Running: 'The server runs.', OffAsAsked: 'The server is off because spec asks for it.' },
    False: {
      Creating: 'The server is being created.',
      NoCapacity: "Every wanted server type is sold out in the address's location; tried again by itself.",
      QuotaExceeded: "The Hetzner project's limit of servers or cores is reached.",
      NameTaken: 'A server that is not ours has the name; it is left alone.',
      InvalidServer: 'What spec asks for cannot become a server: unknown type, image or key, or too much user data.',
      Starting: 'The server starts.',
      PoweredOff: 'The server is off and is about to be started.',
      Missing: 'The server has vanished and is about to be created again on the same address.',
      Repairing: 'The server is being brought back to what spec says.',
      Rebuilding: 'The server is being rebuilt from its image.',
      Resizing: "The server's type is being changed.",
      ActionFailed: 'Hetzner reported that an action on the server failed.',
    },
    Unknown: { AwaitingAddress: 'Waits for AddressReady.' },
  },
  WorkloadReady: {
    True: {
      Serving: 'The workload answers the probe.',
      BootDegraded: 'The workload answers, though cloud-init reported a failure.',
      ProbeBlocked: 'The operator cannot reach the server, but Telegram delivers to it: nothing is repaired.',
      NotExpected: 'No workload has to answer.',
    },
    False: {
      Booting: 'The server has not answered yet; it is still within timeouts.boot.',
      BootTimedOut: 'The server has not answered within timeouts.boot. It is kept and probed further.',
      BootFailed: 'cloud-init reported a failure. The server is kept and probed further.',
      ImagePullFailed: "The workload's image cannot be pulled.",
      ContainerCrashing: "The workload's container ends again and again.",
      PortNotListening: 'The workload runs but does not listen on its port.',
      ProbeFailed: 'The server answers the probe, but not with 2xx or not with the certificate that it was given.',
      Unreachable: 'Nothing answers at the address and port.',
    },
    Unknown: { AwaitingServer: 'Waits for ServerReady.' },
  },
  WebhookReady: {
    True: { Registered: 'Telegram has our webhook and delivers.', NotRequested: 'spec has no telegram.' },
    False: {
      Registering: 'The webhook is being set.',
      ForeignWebhook:
        'The bot has a webhook that is not ours; it is left alone unless telegram.webhook.takeover is Take.',
      WebhookRemoved: 'Others changed the webhook again and again; the operator has stopped to set it.',
      CertificateRejected: 'Telegram does not accept the certificate of the server.',
      DeliveryFailing: 'Telegram cannot deliver; the message has its reason.',
      BacklogGrowing: 'Telegram delivers more slowly than updates come in.',
    },
    Unknown: { AwaitingWorkload: 'Waits for WorkloadReady.' },
  },
  InSync: {
    True: { UpToDate: 'What runs is what spec says.' },
    False: {
      AwaitingApproval: 'A change of spec waits for approval.',
      DriftReported: 'What runs differs from what spec and its references say now; nothing is replaced.',
      UpdateFailed: 'A change could not be applied; the message has the cause.',
    },
    Unknown: { Suspended: 'spec.suspend is true.', Unchecked: 'Not compared yet.' },
  },
} as const satisfies Record<string, Record<ConditionStatus, Record<string, string>>>

/** Reasons of Reconciling, which exists only while it is True. */
export const reconcilingReasons = {
  Creating: 'The Project is on its way to Ready for the first time.',
  Updating: 'A change of spec is being applied.',
  Repairing: 'Something that was there is being brought back.',
  Retrying: 'A provider failed, or could not be asked; tried again with growing delays.',
  WaitingForSecret: 'A Secret, or the right to read it, is missing and may be on its way.',
  WaitingForCapacity: 'Hetzner is sold out for the moment.',
  WaitingForRateLimit: "A provider's rate limit is used up for the moment.",
  Deleting: 'The Project is being deleted.',
} as const
export type ReconcilingReason = keyof typeof reconcilingReasons

/** True steps that still deserve a warning: their message is repeated in Ready. */
export const warningReasons: readonly string[] = ['BootDegraded', 'ProbeBlocked']

type Tables = typeof reasons
type TableType = keyof Tables

/** What a condition of a type may say in a status. */
export type ReasonOf<T extends TableType, S extends ConditionStatus = ConditionStatus> = {
  [K in T]: { [U in S]: keyof Tables[K][U] & string }[S]
}[T]

export type StepReason = ReasonOf<StepConditionType>

/** Ready says Available, or repeats the first reason that keeps it from being True. */
export type ReadyReason = 'Available' | StepReason

/** Stalled repeats the blocking reason of the step, or of InSync, that a person must mend. */
export type StalledReason = ReasonOf<TableType, 'False'>

export type Reason = ReasonOf<TableType> | ReadyReason | ReconcilingReason

/** One statement about one condition; the compiler refuses a reason that the type does not have in that status. */
export type ConditionStatement =
  | {
      [T in TableType]: { [S in ConditionStatus]: { type: T; status: S; reason: ReasonOf<T, S> } }[ConditionStatus]
    }[TableType]
  | { type: 'Ready'; status: ConditionStatus; reason: ReadyReason }
  | { type: 'Reconciling'; status: 'True'; reason: ReconcilingReason }
  | { type: 'Stalled'; status: 'True'; reason: StalledReason }
