// Looks for secrets where none may be (R9): in logs, statuses, Kubernetes Events, metrics and process arguments. It knows
// every token and private key that any Secret of the cluster has held, in the forms in which they leak, whole or in part.

import { readFile } from 'node:fs/promises'
import type { History } from './history.ts'
import type { TestLab } from './test-lab.ts'
import { watchAll } from './watch-all.ts'

/** So many characters of a secret in a row are a leak. */
const shortestLeak = 16

/** Data of Secrets that is public. */
const isPublic = (key: string): boolean => key.endsWith('.crt')

export interface Canary {
  /** A secret that is in no Secret of the cluster. */
  remember(secret: string): void
  /** How many secrets it knows. */
  readonly known: number
  /** Where secrets showed up; empty when all is well. */
  leaks(): Promise<string[]>
  stop(): Promise<void>
}

export function releaseCanary(lab: TestLab, history: History): Canary {
  const secrets = new Set<string>()
  const watching = watchAll(lab.api, { apiVersion: 'v1', kind: 'Secret' }, ({ data }) => {
    for (const [key, encoded] of Object.entries<string>(data ?? {}))
      if (!isPublic(key)) secrets.add(Buffer.from(encoded, 'base64').toString('utf8'))
  })
  return {
    remember: (secret) => void secrets.add(secret),
    get known() {
      return secrets.size
    },
    async leaks() {
      const pieces = piecesOf(secrets)
      const places: [string, string][] = [
        ['the log', await lab.log()],
        ['a version of a Project', JSON.stringify(history.all().map(({ object }) => object))],
        ['an Event', JSON.stringify(await lab.api.list({ apiVersion: 'v1', kind: 'Event' }))],
        ['/metrics', await fetch(`${lab.operator.health}/metrics`).then((answer) => answer.text())],
        ['process arguments', await readFile(`/proc/${lab.operator.pid}/cmdline`, 'utf8')],
      ]
      return places.flatMap(([place, text]) => findPieces(text, pieces).map((around) => `${place}: ${around}`))
    },
    stop: watching.stop,
  }
}

/** What is secret of a value: not a bot's id, not the armour of a key and what all keys of a curve begin with. */
function coreOf(secret: string): string {
  const bare = secret.replace(/-----[^-]+-----/g, '').replace(/^\d+:/, '')
  return secret.includes('PRIVATE KEY') ? bare.replaceAll('\n', '').slice(40) : bare.trim()
}

/** Base64 with each of the three alignments, without the characters that depend on what stands around. */
const base64Of = (text: string): string[] =>
  [0, 1, 2].map((before) =>
    Buffer.from(' '.repeat(before) + text)
      .toString('base64url')
      .slice(before === 0 ? 0 : before + 1, -3),
  )

function formsOf(secret: string): string[] {
  const hex = Buffer.from(secret).toString('hex')
  const percent = encodeURIComponent(secret)
  const base64 = base64Of(secret)
  const standard = base64.map((text) => text.replaceAll('-', '+').replaceAll('_', '/'))
  return [secret, percent, percent.toLowerCase(), hex, hex.toUpperCase(), ...base64, ...standard]
}

function piecesOf(secrets: ReadonlySet<string>): Set<string> {
  const pieces = new Set<string>()
  for (const secret of secrets)
    for (const form of formsOf(coreOf(secret)))
      for (let at = 0; at + shortestLeak <= form.length; at++) pieces.add(form.slice(at, at + shortestLeak))
  return pieces
}

function findPieces(text: string, pieces: ReadonlySet<string>): string[] {
  const found: string[] = []
  for (let at = 0; at + shortestLeak <= text.length && found.length < 5; at++) {
    if (!pieces.has(text.slice(at, at + shortestLeak))) continue
    found.push(text.slice(Math.max(0, at - 80), at + 80))
    at += 200
  }
  return found
}
