// Golden traces: one file a story with every call that it makes, readable by itself. Reads between two writes may come in
// any order, since many are made side by side; everything else is compared line by line.

import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { TraceLine } from '../proxy/recorder.ts'
import type { Story } from './story.ts'

export const traceFile = ({ name }: Story): string => path.join(import.meta.dirname, 'traces', `${name}.txt`)

const wordsOf = ({ point, status, gist }: TraceLine): string =>
  `${point.world.padEnd(11)} ${point.verb.padEnd(6)} ${point.path}  ${status}${gist === '' ? '' : `  ${gist}`}`

/** Blank lines stand before what follows a write: there the operator looks anew. */
export function textOf(story: Story, trace: readonly TraceLine[]): string {
  const lines = trace.flatMap((line, at) => {
    const isNew = at > 0 && line.point.since !== trace[at - 1]?.point.since
    return [...(isNew ? [''] : []), wordsOf(line)]
  })
  return [`# ${story.about}`, ...lines, ''].join('\n')
}

/** Blocks between blank lines, the lines of each in an order of their own. */
export const blocksOf = (text: string): string[][] =>
  text
    .trim()
    .split('\n\n')
    .map((block) => block.split('\n').sort())

export const readTrace = (story: Story): Promise<string> => readFile(traceFile(story), 'utf8').catch(() => '')

export const writeTrace = (story: Story, text: string): Promise<void> => writeFile(traceFile(story), text)
