// Golden traces: one file a story with every call that it makes, readable by itself. Between two writes calls may come in
// any order, since many are made side by side. Time may add or drop a sweep, a look at an action, a proof that the token still
// reaches its account, and a report; nothing else may differ.

import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Point, TraceLine } from '../proxy/recorder.ts'
import type { Story } from './story.ts'

export const traceFile = ({ name }: Story): string => path.join(import.meta.dirname, 'traces', `${name}.txt`)

const callOf = ({ world, verb, path }: Point): string => `${world.padEnd(11)} ${verb.padEnd(6)} ${path}  `

function wordsOf({ answersVary }: Story, { point, status, gist }: TraceLine): string {
  const answer = answersVary?.(point) ? ['any answer'] : [status, gist].filter((word) => word !== '')
  return callOf(point) + answer.join('  ')
}

/** How often it is called depends on how long what is around it takes. */
export const dependsOnTime = (point: Point): boolean => !isSure(callOf(point))

/** Blank lines stand before what follows a write: there the operator looks anew. */
export function textOf(story: Story, trace: readonly TraceLine[]): string {
  const lines = trace.flatMap((line, at) => {
    const isNew = at > 0 && line.point.since !== trace[at - 1]?.point.since
    return [...(isNew ? [''] : []), wordsOf(story, line)]
  })
  return [`# ${story.about}`, ...lines, ''].join('\n')
}

/** Blocks between blank lines, each from one write to the next. */
const blocksOf = (text: string): string[][] =>
  text
    .trim()
    .split('\n\n')
    .map((block) => block.split('\n').filter((line) => !line.startsWith('#')))

const isReport = (line: string): boolean => /^kubernetes +PATCH +\S+\/status /.test(line)
const isByTime = (line: string): boolean =>
  /^hcloud +GET +\/((servers|primary_ips)\?label_selector=botyard.dev\/cluster==lab|actions\?id=:id|firewalls\/:id) /.test(
    line,
  )

const isSure = (line: string): boolean => !isReport(line) && !isByTime(line)

/** What is in one trace and not in the other. What is reported is judged by the end, not by the way. */
export function compareTraces(expectedText: string, foundText: string): { missing: string[]; extra: string[] } {
  const expected = blocksOf(expectedText)
  const actual = blocksOf(foundText)
  const result = { missing: [] as string[], extra: [] as string[] }
  for (let at = 0; at < Math.max(expected.length, actual.length); at++) {
    const [golden, found] = [expected[at] ?? [], actual[at] ?? []]
    result.missing.push(...without(golden, found).filter(isSure))
    result.extra.push(...without(found, golden).filter(isSure))
  }
  return result
}

/** Says of one line after the other whether it is among these; each of them stands for one. */
function among(lines: readonly string[]): (line: string) => boolean {
  const left = lines.map(comparable)
  return (line) => {
    const at = left.indexOf(comparable(line))
    if (at >= 0) left.splice(at, 1)
    return at >= 0
  }
}

function without(lines: readonly string[], others: readonly string[]): string[] {
  const isAmong = among(others)
  return lines.filter((line) => !isAmong(line))
}

const comparable = (line: string): string => (isReport(line) ? 'a report' : line)

/** The calls of one trace that another run has made as well: what time has added to it is no part of the protocol. */
export function inBoth(text: string, other: string): string {
  const others = blocksOf(other)
  const [title] = text.split('\n')
  const kept = blocksOf(text).map((block, at) => block.filter(among(others[at] ?? [])))
  return `${title}\n${kept.map((block) => block.join('\n')).join('\n\n')}\n`
}

/** The calls that are in the golden trace, too: what time has added is no point to kill at. */
export function withoutChance(o: { story: Story; golden: string; trace: readonly TraceLine[] }): TraceLine[] {
  const isExpected = blocksOf(o.golden).map(among)
  let at = 0
  return o.trace.filter((line, index) => {
    if (index > 0 && line.point.since !== o.trace[index - 1]?.point.since) at += 1
    return isExpected[at]?.(wordsOf(o.story, line)) ?? false
  })
}

export const readTrace = (story: Story): Promise<string> => readFile(traceFile(story), 'utf8').catch(() => '')

export const writeTrace = (story: Story, text: string): Promise<void> => writeFile(traceFile(story), text)
