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

/** Reasons of the steps' conditions and of InSync, by status. */
export const reasons = {
  CredentialsReady: {
    True: ['Verified'],
    False: [
      'SecretMissing',
      'SecretAccessDenied',
      'SecretKeyMissing',
      'TokenMalformed',
      'TokenRejected',
      'TokenReadOnly',
      'AccountChanged',
      'PreviousIncarnation',
      'BotConflict',
    ],
    Unknown: ['Unchecked'],
  },
  AddressReady: {
    True: ['Allocated'],
    False: ['Allocating', 'NoCapacity', 'QuotaExceeded', 'Ambiguous', 'NotFound'],
    Unknown: ['AwaitingCredentials'],
  },
  ServerReady: {
    True: ['Running', 'OffAsAsked'],
    False: [
      'Creating',
      'NoCapacity',
      'QuotaExceeded',
      'NameTaken',
      'InvalidServer',
      'Starting',
      'PoweredOff',
      'Missing',
      'Repairing',
      'Rebuilding',
      'Resizing',
      'ActionFailed',
    ],
    Unknown: ['AwaitingAddress'],
  },
  WorkloadReady: {
    True: ['Serving', 'BootDegraded', 'ProbeBlocked', 'NotExpected'],
    False: [
      'Booting',
      'BootTimedOut',
      'BootFailed',
      'ImagePullFailed',
      'ContainerCrashing',
      'PortNotListening',
      'ProbeFailed',
      'Unreachable',
    ],
    Unknown: ['AwaitingServer'],
  },
  WebhookReady: {
    True: ['Registered', 'NotRequested'],
    False: [
      'Registering',
      'ForeignWebhook',
      'WebhookRemoved',
      'CertificateRejected',
      'DeliveryFailing',
      'BacklogGrowing',
    ],
    Unknown: ['AwaitingWorkload'],
  },
  InSync: {
    True: ['UpToDate'],
    False: ['AwaitingApproval', 'DriftReported', 'UpdateFailed'],
    Unknown: ['Suspended', 'Unchecked'],
  },
} as const satisfies Record<string, Record<ConditionStatus, readonly string[]>>

/** Reasons of Reconciling, which exists only while it is True. */
export const reconcilingReasons = [
  'Creating',
  'Updating',
  'Repairing',
  'Retrying',
  'WaitingForSecret',
  'WaitingForCapacity',
  'WaitingForRateLimit',
  'Deleting',
] as const
export type ReconcilingReason = (typeof reconcilingReasons)[number]

/** True steps that still deserve a warning: their message is repeated in Ready. */
export const warningReasons: readonly string[] = ['BootDegraded', 'ProbeBlocked']

type Tables = typeof reasons
type TableType = keyof Tables

/** What a condition of a type may say in a status. */
export type ReasonOf<T extends TableType, S extends ConditionStatus = ConditionStatus> = Tables[T][S][number]

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
