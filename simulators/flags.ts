// The flags of `npm run simulators`: from words to typed settings, with one line for each mistake.

import { parseArgs } from 'node:util'

export interface SimulatorFlags {
  /** 0 takes a free port. */
  hcloudPort: number
  telegramPort: number
  /** How many times as fast as real time simulated time passes. */
  speed: number
  seed: number
  createSeconds: number
  bootSeconds: number
  newBotThrottle: boolean
  allowReserved: boolean
  /** Path of a fault plan. */
  faults?: string
}

export const usage = `Usage: npm run simulators -- [flags]

  --hcloud-port PORT            port of simulated Hetzner, 0 for a free one (0)
  --telegram-port PORT          port of simulated Telegram, 0 for a free one (0)
  --speed FACTOR                simulated time passes FACTOR times as fast as real time (1)
  --seed NUMBER                 whole number; the same seed draws the same chances (1)
  --create-seconds SECONDS      from the order of a server until it runs; a start alone takes 7 tenths of it (10)
  --boot-seconds SECONDS        from a server's power to its first answer (15)
  --no-new-bot-throttle         Telegram takes any number of new bots a minute
  --refuse-reserved-addresses   Telegram refuses loopback and private addresses, as the real one does
  --faults FILE                 a fault plan to begin with (docs/reference/fault-plans.md)
  --help                        this text
`

const texts = ['hcloud-port', 'telegram-port', 'speed', 'seed', 'create-seconds', 'boot-seconds', 'faults'] as const
const switches = ['no-new-bot-throttle', 'refuse-reserved-addresses', 'help'] as const

type NumberFlag = Exclude<(typeof texts)[number], 'faults'>

export type ParsedFlags =
  | { kind: 'flags'; flags: SimulatorFlags }
  | { kind: 'help' }
  | { kind: 'mistakes'; mistakes: string[] }

export function parseFlags(args: readonly string[]): ParsedFlags {
  const { values, mistakes } = collect(args)
  if (values.has('help')) return { kind: 'help' }
  const number = (flag: NumberFlag, check: NumberCheck): number => {
    const given = values.get(flag)
    const value = given === undefined ? check.otherwise : Number(given)
    if (given?.trim() !== '' && check.holds(value)) return value
    mistakes.push(`--${flag} must be ${check.what}, not '${given}'`)
    return check.otherwise
  }
  const faults = values.get('faults')
  const flags: SimulatorFlags = {
    hcloudPort: number('hcloud-port', port),
    telegramPort: number('telegram-port', port),
    speed: number('speed', { ...positive, otherwise: 1 }),
    seed: number('seed', whole),
    createSeconds: number('create-seconds', { ...notNegative, otherwise: 10 }),
    bootSeconds: number('boot-seconds', { ...notNegative, otherwise: 15 }),
    newBotThrottle: !values.has('no-new-bot-throttle'),
    allowReserved: !values.has('refuse-reserved-addresses'),
    ...(faults !== undefined && { faults }),
  }
  return mistakes.length === 0 ? { kind: 'flags', flags } : { kind: 'mistakes', mistakes }
}

interface NumberCheck {
  what: string
  otherwise: number
  holds(value: number): boolean
}

const isWhole = (value: number, most: number): boolean => Number.isInteger(value) && value >= 0 && value <= most
const port: NumberCheck = { what: 'a port from 0 to 65535', otherwise: 0, holds: (value) => isWhole(value, 65_535) }
const whole: NumberCheck = {
  what: 'a whole number from 0',
  otherwise: 1,
  holds: (value) => isWhole(value, Number.MAX_SAFE_INTEGER),
}
const positive = { what: 'a number above 0', holds: (value: number) => value > 0 && Number.isFinite(value) }
const notNegative = { what: 'a number of seconds', holds: (value: number) => value >= 0 && Number.isFinite(value) }

/** Every unknown or incomplete flag is a mistake of its own; the parser of Node would stop at the first. */
function collect(args: readonly string[]): { values: Map<string, string>; mistakes: string[] } {
  const values = new Map<string, string>()
  const mistakes: string[] = []
  const { tokens } = parseArgs({
    args: [...args],
    options: {
      ...Object.fromEntries(texts.map((name) => [name, { type: 'string' as const }])),
      ...Object.fromEntries(switches.map((name) => [name, { type: 'boolean' as const }])),
    },
    strict: false,
    tokens: true,
  })
  for (const token of tokens) {
    if (token.kind === 'positional') mistakes.push(`'${token.value}' is not a flag`)
    if (token.kind !== 'option') continue
    const problem = problemOf(token)
    if (problem === undefined) values.set(token.name, token.value ?? '')
    else mistakes.push(problem)
  }
  return { values, mistakes }
}

function problemOf({ name, rawName, value }: { name: string; rawName: string; value?: string | undefined }) {
  const takesValue = texts.some((known) => known === name)
  if (!takesValue && !switches.some((known) => known === name)) return `${rawName} is not known`
  if (takesValue && value === undefined) return `${rawName} needs a value`
  return !takesValue && value !== undefined ? `${rawName} takes no value` : undefined
}
