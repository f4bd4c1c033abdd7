// What the operator reports about a Project: every field of status, bounded, none of it secret.
import * as z from 'zod'
import { messageLimit } from './conditions.ts'
import { id, report, time } from './fields.ts'

/** The longest texts that the status admits, in characters; cut longer ones with clip(). */
export const statusLimits = { summary: 256, message: messageLimit, remedy: 1_024, lastError: 512 } as const

const generation = () => z.int().min(-1).max(Number.MAX_SAFE_INTEGER).meta({ format: 'int64' })

const condition = z.object({
  type: report(316).min(1).describe('What the condition is about.'),
  status: z.enum(['True', 'False', 'Unknown']).describe('Whether it holds.'),
  reason: report(64).min(1).describe('Why, in one word of a closed set; see docs/reference/conditions.md.'),
  message: report(statusLimits.message).describe(
    'Why, for people: what failed, what happens by itself, what a person can do.',
  ),
  lastTransitionTime: time().describe('When status last changed.'),
  observedGeneration: generation().describe('metadata.generation that this was judged against.'),
})

const address = z.object({
  id: id().describe('Id of the Primary IP at Hetzner.'),
  ipv4: report(15).describe('The IPv4 address; it stays when the server is created anew.'),
  ipv6: report(43).optional().describe("The server's IPv6 network."),
  location: report(32).describe('Location that the address is bound to.'),
})

const server = z.object({
  id: id().describe('Id of the server at Hetzner.'),
  name: report(63).describe('Name of the server at Hetzner.'),
  type: report(32).describe('Its server type.'),
  location: report(32).describe('Where it is.'),
  image: report(64).describe('Name or id of the image that it was created from.'),
  state: report(32).describe("Hetzner's word for its state, as last seen."),
  userDataHash: report(128).optional().describe('Hash of the user data that it was created with.'),
  sshKeys: z
    .array(report(128))
    .max(20)
    .meta({ 'x-kubernetes-list-type': 'atomic' })
    .optional()
    .describe('SSH keys that it was created with.'),
})

const operation = z.object({
  kind: report(32).min(1).describe('What is going on at Hetzner, such as Create or Delete.'),
  actionIDs: z
    .array(id())
    .max(50)
    .meta({ 'x-kubernetes-list-type': 'atomic' })
    .describe('Ids of the actions that are waited for.'),
  startedAt: time().describe('When it began.'),
  deadline: time().optional().describe('When it counts as too slow.'),
  attempt: z.int().min(1).max(1_000).optional().describe('Which try this is.'),
})

const telegram = z.object({
  botID: id().describe('Id of the bot, proven by its token.'),
  botUsername: report(64).optional().describe('Name of the bot, without the "@".'),
  url: report(512).optional().describe('Address of the webhook as Telegram has it.'),
  backlog: z
    .int()
    .min(0)
    .max(1_000_000_000)
    .optional()
    .describe('Updates that wait for delivery, rounded down to 0, 1, 10, 100 and so on; the exact number is a metric.'),
  lastErrorAt: time().optional().describe('When Telegram last failed to deliver.'),
  lastError: report(statusLimits.lastError).optional().describe('Why Telegram last failed to deliver.'),
  settingsHash: report(128)
    .optional()
    .describe('Keyed hash of those settings of the webhook that Telegram does not tell.'),
})

const cost = z.object({
  currency: report(3).describe('Currency of the amounts.'),
  hourlyNet: report(32).describe('Server and address per hour, without VAT, as a decimal number.'),
  monthlyNet: report(32).describe('Server and address per month at most, without VAT, as a decimal number.'),
})

const lastError = z.object({
  class: z
    .enum(['Transient', 'Throttled', 'Capacity', 'Quota', 'Auth', 'Conflict', 'InvalidSpec', 'NotFound', 'Bug'])
    .describe('Kind of the error: it decides between trying again, waiting and stopping.'),
  code: report(64).describe('Error code of the provider, or of the operator.'),
  message: report(statusLimits.message).describe('What failed.'),
  remedy: report(statusLimits.remedy).optional().describe('What a person can do.'),
  correlationID: report(128).optional().describe("The provider's id of the failed call, for its support."),
  at: time().describe('When it happened.'),
  retryAt: time().optional().describe('When the operator tries again.'),
})

export const projectStatusSchema = z
  .object({
    observedGeneration: generation().describe('metadata.generation of the last pass; -1 before the first.'),
    summary: report(statusLimits.summary).optional().describe('One line for people.'),
    address: address.optional().describe('The public IPv4 address.'),
    server: server
      .optional()
      .describe('The server. Once it is set, what cannot be applied to a living server is refused in spec.'),
    operation: operation.optional().describe('What the operator waits for at Hetzner.'),
    telegram: telegram.optional().describe('The bot and its webhook.'),
    cost: cost.optional().describe("What the Project costs at Hetzner's prices."),
    account: z
      .object({ markerID: id().describe("Id of the firewall that marks the account as the operator's.") })
      .optional()
      .describe('The Hetzner project that was used.'),
    lastError: lastError.optional().describe('The last error that still matters.'),
    lastHandledReconcileAt: report(64).optional().describe('The last value of an annotation that asked for a pass.'),
    conditions: z
      .array(condition)
      .max(16)
      .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] })
      .optional()
      .describe('What holds and what does not; see docs/reference/conditions.md.'),
  })
  .meta({ default: { observedGeneration: -1 } })
  .describe('What was found and done. Written by the operator alone.')
