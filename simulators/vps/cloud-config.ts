// From the parts of user data to the one configuration that cloud-init acts on.

import { parse } from 'yaml'
import { defaultMergers, type Merger, merge, parseMergers } from './merge.ts'
import type { UserDataPart } from './user-data.ts'

export interface CloudConfig {
  config: Record<string, unknown>
  /** A part that cannot be read is left out and mentioned here; it never holds content. */
  warnings: string[]
}

export function mergeCloudConfig(parts: readonly UserDataPart[]): CloudConfig {
  const warnings: string[] = []
  let config: unknown = {}
  for (const [index, part] of parts.entries()) {
    if (part.contentType !== 'text/cloud-config') continue
    try {
      const { document, mergers } = read(part)
      config = merge(config, document, mergers)
    } catch (error) {
      warnings.push(`part ${index + 1}: ${(error as Error).message}`)
    }
  }
  return { config: config as Record<string, unknown>, warnings }
}

/** What the part's body says of merging goes before what its headers say. */
function read({ content, headers }: UserDataPart): { document: Record<string, unknown>; mergers: Merger[] } {
  const { merge_how, merge_type, ...document } = parseYAML(content)
  const inHeaders = parseMergers(headers.get('merge-type') || headers.get('x-merge-type') || '')
  const mergers = [...mergersOf(merge_how ?? merge_type), ...inHeaders]
  return { document, mergers: mergers.length === 0 ? parseMergers(defaultMergers) : mergers }
}

function parseYAML(content: string): Record<string, unknown> {
  const document = parseQuietly(content)
  if (typeof document !== 'object' || document === null || Array.isArray(document))
    throw new Error('is no YAML mapping')
  return document as Record<string, unknown>
}

/** The parser's own message quotes the text, which may be secret. */
function parseQuietly(content: string): unknown {
  try {
    return parse(content, { version: '1.1', logLevel: 'error' })
  } catch {
    throw new Error('is no valid YAML')
  }
}

/** A text, or a list of `{name, settings}`. */
function mergersOf(stated: unknown): Merger[] {
  if (typeof stated === 'string') return parseMergers(stated)
  if (!Array.isArray(stated)) return []
  return stated.map(({ name, settings }: { name: string; settings?: string[] }) => ({ name, options: settings ?? [] }))
}
