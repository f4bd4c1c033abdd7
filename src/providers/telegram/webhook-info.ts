// What Telegram says about a bot and its webhook, parsed: a body of another shape is an error, never a default.

import { z } from 'zod'

const unixSeconds = z.int().nonnegative()

export const userSchema = z.object({ id: z.int().positive(), username: z.string().min(1).max(64) })

const milliseconds = (time: number | undefined): number | undefined => (time === undefined ? undefined : time * 1_000)

export const webhookInfoSchema = z
  .object({
    url: z.string().max(4096),
    has_custom_certificate: z.boolean(),
    pending_update_count: z.int().nonnegative(),
    ip_address: z.string().max(64).optional(),
    last_error_date: unixSeconds.optional(),
    last_error_message: z.string().optional(),
    last_synchronization_error_date: unixSeconds.optional(),
    max_connections: z.int().positive().optional(),
    allowed_updates: z.array(z.string()).optional(),
  })
  .transform((raw) => ({
    /** Empty when there is no webhook. */
    url: raw.url,
    hasCustomCertificate: raw.has_custom_certificate,
    pendingUpdateCount: raw.pending_update_count,
    /** Undefined without a webhook; `<unknown>` until Telegram has resolved the host. */
    ipAddress: raw.ip_address,
    /** Milliseconds since the epoch. Not cleared by later success: judge it by age and backlog. */
    lastErrorAt: milliseconds(raw.last_error_date),
    /** Telegram's words, at most 512 characters; may quote what the server answered. */
    lastErrorMessage: raw.last_error_message?.slice(0, 512),
    /** Milliseconds since the epoch; for information only. */
    lastSynchronizationErrorAt: milliseconds(raw.last_synchronization_error_date),
    maxConnections: raw.max_connections,
    /** Undefined means Telegram's default set; compare as sets. */
    allowedUpdates: raw.allowed_updates,
  }))

/** A bot's webhook as Telegram reports it; its secret token and certificate content are never told. */
export type WebhookInfo = z.output<typeof webhookInfoSchema>
