// The members of faults: each has one meaning in every kind, one shape, and one text that says what must hold.

import { z } from 'zod'
import { routePattern } from './route-pattern.ts'

export const worlds = ['hcloud', 'telegram', 'kubernetes'] as const

const seconds = z.number().min(0).max(10_000_000)
const count = z.int().min(1)
const name = z.string().min(1).max(300)
const text = z.string().max(1_000_000)
const labels = z.record(z.string(), z.string())

interface Field<T extends z.ZodType> {
  schema: T
  /** Completes "X must be …". */
  must: string
  /** What it means: the description in the JSON Schema. */
  means: string
}

const field = <T extends z.ZodType>(schema: T, must: string, means: string): Field<T> => ({ schema, must, means })

const milliseconds = 'a number of milliseconds from 0'
const namePattern = "a name or a pattern such as 'botyard-*'"

export const fields = {
  world: field(z.enum(worlds), `one of ${worlds.join(', ')}`, 'Whose requests the route names.'),
  route: field(
    z.string().max(300).regex(routePattern),
    "a verb and a path such as 'POST /servers', 'GET /servers/*' or 'ANY *'",
    'Verb (or ANY) and path: * stands for characters of one segment, ** for any, a lone * for every path.',
  ),
  nth: field(count, 'a whole number from 1', 'Which of the matching requests; 1 without it.'),
  skip: field(z.int().min(0), 'a whole number from 0', 'How many matches are let by first; 0 without it.'),
  times: field(count, 'a whole number from 1', 'How many matches it hits before it is spent; all without it.'),
  chance: field(
    z.number().gt(0).max(1),
    'a number above 0 and at most 1',
    'Share of the matches that it hits, drawn from the seed; 1 without it.',
  ),
  from: field(seconds, 'a number of seconds from 0', 'Simulated seconds until it begins; 0 without it.'),
  until: field(seconds, 'a number of seconds from 0', 'Simulated seconds until it ends; never without it.'),
  after: field(
    z.unknown(),
    'an object with world, route and optionally nth',
    'The request whose answer starts its time; without it, its time starts when the plan is taken up.',
  ),
  ms: field(
    z
      .number()
      .min(0)
      .max(2 ** 31 - 1),
    milliseconds,
    'How long, in simulated milliseconds; where it may be left out, that is for ever.',
  ),
  status: field(z.int().min(200).max(599), 'a whole number from 200 to 599', 'Status code of the answer.'),
  body: field(text, 'a text', 'What stands in place of the body; a page of HTML without it.'),
  contentType: field(name, 'a media type', 'Of the body; text/html without it.'),
  headers: field(
    z.record(z.string().regex(/^[A-Za-z0-9-]+$/), z.string().regex(/^[ -~]*$/)),
    'an object of header names and texts',
    'More headers of the answer, for instance Retry-After.',
  ),
  type: field(name, 'the name of a server type or *', 'Server type; * stands for any.'),
  location: field(name, 'the name of a location or *', 'Location; * stands for any.'),
  listed: field(
    z.boolean(),
    'true or false',
    'Whether the catalogue still says that the pair is to be had, as it may for a while; true without it.',
  ),
  command: field(name, "the command of an action such as 'start_server'", 'Which actions.'),
  error: field(
    z.strictObject({ code: z.string().min(1), message: z.string() }),
    'an object with code and message',
    'The error the action ends with; action_failed without it.',
  ),
  seconds: field(seconds, 'a number of seconds from 0', 'How long, in simulated seconds.'),
  failure: field(
    z.enum(['neverServes', 'cloudInitError']),
    'neverServes or cloudInitError',
    'neverServes: cloud-init runs, nothing listens. cloudInitError: it stops before it writes a file.',
  ),
  server: field(name, namePattern, 'Names of servers; * stands for any characters.'),
  primaryIP: field(name, namePattern, 'Names of Primary IPs; * stands for any characters.'),
  firewall: field(name, namePattern, 'Names of firewalls; * stands for any characters.'),
  sshKey: field(name, namePattern, 'Names of SSH keys; * stands for any characters.'),
  project: field(name, "a Hetzner project such as 'project-1' or *", 'Hetzner projects, numbered as they appear.'),
  bot: field(z.string().regex(/^(\d+|\*)$/), 'the digits of a bot id in quotes, or *', 'Bots; * stands for every one.'),
  revisions: field(count, 'a whole number from 1', 'How many revisions before the newest.'),
  lease: field(name, namePattern, 'Names of leases, in any namespace; * stands for any characters.'),
  holder: field(name, 'a name', "Who holds the lease from now on; 'thief' without it."),
  name: field(name, 'a name', 'The new name.'),
  labels: field(labels, 'an object of texts', 'Replace the whole set of labels.'),
  url: field(name, 'a URL', 'Where the webhook goes from now on; under the rules of setWebhook.'),
  ipAddress: field(name, 'an IPv4 address', 'The fixed address of the webhook.'),
} as const

export type FieldName = keyof typeof fields

const described = new Map<FieldName, z.ZodType>()

/** A member as it stands in a schema. Always the same one, so that the JSON Schema writes it once. */
export function the<K extends FieldName>(key: K): (typeof fields)[K]['schema'] {
  const { schema, means } = fields[key]
  const known = described.get(key) ?? schema.meta({ id: key, description: means })
  described.set(key, known)
  return known as (typeof fields)[K]['schema']
}

export const maybe = <K extends FieldName>(key: K) => z.exactOptional(the(key))
