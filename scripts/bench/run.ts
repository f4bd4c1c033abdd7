// Measures what must be fast and prints one table. A figure on a busy machine is a hint, no verdict: a missed aim fails nothing.
// `--only queue,start` measures these parts, `--json FILE` says where the same goes as JSON.

import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { describeMachine } from './machine.ts'
import { parts } from './parts.ts'
import { jsonOf, type PartReport, type Report, tableOf } from './report.ts'

/** Of a part: one that waits for what never comes must not hide the others. What it has started ends with this process. */
const longest = 1_200_000

const { values } = parseArgs({
  options: { only: { type: 'string' }, json: { type: 'string', default: '.cache/bench.json' } },
})
const names = values.only?.split(',') ?? Object.keys(parts)
const unknown = names.filter((name) => parts[name] === undefined)
if (unknown.length > 0) {
  process.stderr.write(`bench: --only knows no ${unknown.join(', ')}: choose from ${Object.keys(parts).join(', ')}\n`)
  process.exit(2)
}

const report: Report = { at: new Date().toISOString(), machine: describeMachine(), parts: [] }
for (const name of names) report.parts.push(await measure(name))
process.stdout.write(tableOf(report))
await mkdir(path.dirname(values.json), { recursive: true })
await writeFile(values.json, jsonOf(report))
process.exit(report.parts.some(({ failure }) => failure !== undefined) ? 1 : 0)

/** A part that cannot be measured, without a control plane for instance, must not cost the figures of the others. */
async function measure(part: string): Promise<PartReport> {
  if (process.stderr.isTTY) process.stderr.write(`${part} …\n`)
  try {
    const late = delay(longest, undefined, { ref: false }).then((): never => {
      throw new Error(`it is not over after ${longest / 60_000} minutes`)
    })
    return { part, figures: (await Promise.race([parts[part]?.(), late])) ?? [] }
  } catch (error) {
    return { part, figures: [], failure: (error as Error).message }
  }
}
