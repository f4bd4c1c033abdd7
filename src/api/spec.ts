// What a user may ask of a Project: every field of spec, bounded, with its rule, its default and the text users read.
import * as z from 'zod'
import { durationPattern } from './duration.ts'
import { cel, text, uniqueList } from './fields.ts'

const secretName = () =>
  text({
    max: 253,
    pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
    must: 'must be the name of an object: lower-case letters, digits, "-" and ".", beginning and ending with a letter or digit',
  })

const dataKey = () =>
  text({ max: 253, pattern: /^[-._a-zA-Z0-9]+$/, must: 'must be a data key: letters, digits, "-", "_" and "."' })

const tokenSecretRef = (what: string) =>
  z
    .object({
      name: secretName().describe('Name of the Secret.'),
      key: dataKey().default('token').describe('Key in the Secret.'),
    })
    .describe(`Secret in the Project's namespace that holds ${what}.`)

const keyRef = (kind: string) =>
  z
    .object({
      name: secretName().describe(`Name of the ${kind}.`),
      key: dataKey().describe(`Key in the ${kind}.`),
    })
    .describe(`${kind} in the Project's namespace that holds the user data.`)

const duration = (least: string, most: string) =>
  text({
    min: 2,
    max: 20,
    pattern: durationPattern,
    must: `must be a duration from ${least} to ${most}, such as 90s, 10m or 1h30m`,
    extra: `duration(self) >= duration('${least}') && duration(self) <= duration('${most}')`,
  })

const catalogName = (what: string) =>
  text({
    max: 32,
    pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
    must: `must be the name of a Hetzner ${what}: lower-case letters, digits and "-"`,
  })

const urlPath = () =>
  text({
    max: 128,
    pattern: /^(\/[A-Za-z0-9._~-]+)*\/?$/,
    must: 'must be an absolute path: segments of letters, digits, "-", ".", "_" and "~", each after a "/", none of them "." or ".."',
    extra: "!self.matches(r'/[.]{1,2}(/|$)')",
  })

const timeouts = z.object({
  create: duration('30s', '6h')
    .default('10m')
    .describe('How long Hetzner may take to create the server and end its actions.'),
  boot: duration('30s', '6h')
    .default('15m')
    .describe('How long a created server may take until the probe succeeds for the first time.'),
  shutdown: duration('30s', '6h')
    .default('2m')
    .describe('How long a server may take to stop gracefully before it is powered off.'),
})

const hetzner = z.object({
  tokenSecretRef: tokenSecretRef(
    'a read and write token of a Hetzner Cloud project. It may be swapped for another token of the same Hetzner project at any time',
  ),
})

const labels = z
  .record(z.string(), z.string().max(63))
  .meta({
    maxProperties: 16,
    ...cel(
      {
        rule: 'self.all(k, k.size() <= 317 && !format.qualifiedName().validate(k).hasValue())',
        message:
          'keys must be label keys: an optional DNS prefix and "/", then 1 to 63 letters, digits, "-", "_" and "."',
      },
      {
        rule: 'self.all(k, !format.labelValue().validate(self[k]).hasValue())',
        message:
          'values must be label values: empty, or 1 to 63 letters, digits, "-", "_" and ".", letters or digits at both ends',
      },
      {
        rule: "self.all(k, !k.startsWith('botyard.dev/'))",
        message: 'keys must not begin with botyard.dev/, which the operator uses',
      },
      {
        rule: "self.all(k, !k.startsWith('hetzner.cloud/'))",
        message: 'keys must not begin with hetzner.cloud/, which Hetzner reserves',
      },
    ),
  })
  .describe("Labels for the server at Hetzner, beside the operator's own.")

const server = z.object({
  types: uniqueList(catalogName('server type'), { min: 1, max: 8 }).describe(
    'Server types that will do, the preferred one first; all of one architecture. The next is tried where one is sold out.',
  ),
  locations: uniqueList(catalogName('location'), { min: 1, max: 8 })
    .default(['nbg1', 'fsn1', 'hel1'])
    .describe('Locations that will do, the preferred one first.'),
  image: text({
    max: 64,
    pattern: /^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/,
    must: 'must be the name or the id of a Hetzner image: letters, digits, "-", "_" and "."',
  })
    .default('debian-13')
    .describe('Name or id of the image that the server is created from.'),
  sshKeys: uniqueList(z.string().min(1).max(128), { min: 0, max: 20 })
    .default([])
    .describe(
      'Names of SSH keys at Hetzner that may log in as root. With none, a throw-away key is attached, so that no root password is issued.',
    ),
  labels: labels.optional(),
})

const cloudInit = z
  .object({
    inline: z
      .string()
      .min(1)
      .max(24_576)
      .meta(cel({ rule: 'size(bytes(self)) <= 24576', message: 'must be at most 24 KiB (24576 bytes) in UTF-8' }))
      .optional()
      .describe('The user data itself. It is readable by everyone who may read the Project: no place for secrets.'),
    secretKeyRef: keyRef('Secret').optional(),
    configMapKeyRef: keyRef('ConfigMap').optional(),
  })
  .meta(
    cel({
      rule: '[has(self.inline), has(self.secretKeyRef), has(self.configMapKeyRef)].filter(x, x).size() == 1',
      message: 'must hold exactly one of inline, secretKeyRef and configMapKeyRef',
    }),
  )
  .describe('User data in any format that cloud-init reads, at most 24 KiB. Exactly one of its members must be set.')

const probe = z.object({
  path: urlPath()
    .default('/.well-known/botyard')
    .describe("Path that answers GET with 2xx over HTTPS, on the webhook's port, once the workload serves."),
  periodSeconds: z.int().min(5).max(600).default(30).describe('Seconds between two probes.'),
  failureThreshold: z
    .int()
    .min(1)
    .max(20)
    .default(3)
    .describe('Failed probes in a row after which a serving workload counts as down.'),
})

const workload = z.object({
  cloudInit,
  probe: probe.prefault({}).describe('How the operator finds out that the workload serves.'),
})

const webhook = z.object({
  port: z
    .int()
    .min(80)
    .max(8_443)
    .meta(
      cel({
        rule: 'self in [443, 80, 88, 8443]',
        message: 'must be 443, 80, 88 or 8443: Telegram calls no other port',
      }),
    )
    .default(443)
    .describe('Port of the HTTPS server on the server; Telegram calls 443, 80, 88 and 8443 only.'),
  path: urlPath().default('/webhook').describe('Path that Telegram posts updates to.'),
  allowedUpdates: uniqueList(
    text({
      max: 64,
      pattern: /^[a-z]+(_[a-z]+)*$/,
      must: "must be one of Telegram's update types in snake_case, such as callback_query",
    }),
    { min: 1, max: 32 },
  )
    .optional()
    .describe(
      "Update types that Telegram delivers. Absent: Telegram's default, which is all but chat_member, message_reaction and message_reaction_count.",
    ),
  maxConnections: z.int().min(1).max(100).default(40).describe('Connections that Telegram may open at once.'),
  takeover: z
    .enum(['Refuse', 'Take'])
    .default('Refuse')
    .describe('What to do when the bot already has a webhook that is not ours: leave it alone, or replace it.'),
  dropPendingUpdates: z
    .enum(['Never', 'OnFirstSet'])
    .default('Never')
    .describe('Whether updates that wait are dropped when the webhook is set and the one found was not ours.'),
})

const telegram = z.object({
  tokenSecretRef: tokenSecretRef("the bot's token"),
  webhook: webhook.prefault({}).describe('How Telegram delivers updates to the server.'),
  onDelete: z
    .enum(['DeleteIfOurs', 'Keep'])
    .default('DeleteIfOurs')
    .describe('What becomes of the webhook when the Project is deleted: removed if it is ours, or left.'),
})

export const projectSpecSchema = z
  .object({
    suspend: z
      .boolean()
      .default(false)
      .describe('Stops writes to Hetzner and Telegram; the status goes on to be reported, and deletion still works.'),
    deletionPolicy: z
      .enum(['Delete', 'Orphan'])
      .default('Delete')
      .describe(
        "What becomes of server and IP when the Project is deleted. Orphan leaves them without the operator's labels; the webhook is still removed unless telegram.onDelete is Keep.",
      ),
    resyncInterval: duration('1m', '24h')
      .default('10m')
      .describe(
        'How often everything is compared with the outside world, beside changes that are noticed anyway; jittered.',
      ),
    timeouts: timeouts
      .prefault({})
      .describe('How long the operator waits before it says that something takes too long.'),
    hetzner: hetzner.describe('The account that pays.'),
    server: server.describe('The server, its IPv4 address and where both may be.'),
    workload: workload.describe('What runs on the server.'),
    telegram: telegram.optional().describe('The bot. Absent: the Project is a server without a webhook.'),
  })
  .describe('What is wanted. The operator never writes it.')
