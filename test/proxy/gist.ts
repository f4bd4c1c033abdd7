// The gist of a question or an answer in a few words that are the same in every run: what a reviewer wants to know of it.

import type { Call } from './call.ts'
import { withoutIdentity } from './call.ts'

type Json = Record<string, unknown>

function parse(body: Buffer): Json {
  try {
    const value: unknown = JSON.parse(body.toString())
    return typeof value === 'object' && value !== null ? (value as Json) : {}
  } catch {
    return {}
  }
}

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

/** `status` of a question that has no answer yet is undefined. */
export function gistOf(call: Call, body: Buffer): string {
  return { kubernetes, hcloud, telegram }[call.world](call, parse(body))
}

function kubernetes(call: Call, body: Json): string {
  if (call.verb === 'WATCH' || call.path.endsWith('/status')) return ''
  if (body['kind'] === 'Status') return String(body['reason'] ?? '')
  if (call.verb === 'LIST') return counted('project', (body['items'] as unknown[])?.length ?? 0)
  if (call.path.includes('secrets')) return namesIn(body['data'])
  return call.path.includes('/projects/') ? project(body) : ''
}

const namesIn = (data: unknown): string => (isObject(data) ? Object.keys(data).sort().join(', ') : '')

function project({ metadata }: Json): string {
  const { finalizers = [], deletionTimestamp } = metadata as { finalizers?: string[]; deletionTimestamp?: string }
  const held = `finalizers: ${finalizers.join(', ') || 'none'}`
  return deletionTimestamp === undefined ? held : `${held}; being deleted`
}

/** Lists by their length: the state of what is in them depends on the moment. */
function hcloud(call: Call, body: Json): string {
  if (isObject(body['error'])) return String(body['error']['code'])
  return Object.entries(body)
    .filter(([name]) => name !== 'meta')
    .flatMap(([name, value]) => {
      if (Array.isArray(value))
        return call.isWrite
          ? value.map((each) => wordsOf(name.replace(/s$/, ''), each))
          : [counted(name.replace(/s$/, ''), value.length)]
      return isObject(value) ? [wordsOf(name, value, call.isWrite)] : []
    })
    .join(', ')
}

function wordsOf(name: string, value: unknown, withStatus = true): string {
  if (!isObject(value)) return name
  const { command, status } = value
  return [name, command, withStatus ? status : undefined]
    .filter((word) => typeof word === 'string')
    .join(' ')
    .replace(/^next_/, '')
}

const counted = (name: string, count: number): string => `${count} ${name}${count === 1 ? '' : 's'}`

function telegram(call: Call, body: Json): string {
  if (body['ok'] !== true) return withoutIdentity(String(body['description'] ?? ''))
  const { result } = body
  if (!isObject(result)) return String(result)
  return call.path === '/getWebhookInfo'
    ? `url ${withoutIdentity(String(result['url'])) || 'none'}`
    : Object.keys(result).includes('username')
      ? 'the bot'
      : ''
}

interface Condition {
  type: string
  status: string
  reason: string
}

/** What a status patch says anew: conditions as they become, and the other members that it touches. */
export function gistOfStatus(
  body: Buffer,
  before: ReadonlyMap<string, string>,
): { gist: string; conditions: Map<string, string> } {
  const status = (parse(body)['status'] ?? {}) as Json
  const given = (status['conditions'] ?? []) as Condition[]
  const conditions = new Map(given.map(({ type, status: value, reason }) => [type, `${value} ${reason}`]))
  const changed = [...conditions]
    .filter(([type, words]) => before.get(type) !== words)
    .map(([type, words]) => `${type} ${words}`)
  const ended =
    given.length === 0 ? [] : [...before.keys()].filter((type) => !conditions.has(type)).map((type) => `${type} ended`)
  const members = Object.keys(status).filter((name) => !['conditions', 'summary', 'observedGeneration'].includes(name))
  return {
    gist: [...changed, ...ended, ...members].join(', ') || 'messages',
    conditions: given.length === 0 ? new Map(before) : conditions,
  }
}
