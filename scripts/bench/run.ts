// Measures what must be fast and prints one table. A figure on a busy machine is a hint, no verdict: nothing fails here.

import type { Figure } from './figure.ts'
import { benchQueue } from './queue.ts'
import { benchSimulators } from './simulators.ts'

const figures: Figure[] = [...(await benchQueue()), ...(await benchSimulators())]

const rows = [
  ['what', 'measured', 'aim', ''],
  ...figures.map(({ what, value, unit, aim, better }) => {
    const reached = better === 'more' ? value >= aim : value <= aim
    return [
      what,
      `${format(value)} ${unit}`,
      `${better === 'more' ? '≥' : '≤'} ${format(aim)}`,
      reached ? 'ok' : 'MISSED',
    ]
  }),
]
const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
for (const row of rows) {
  process.stdout.write(
    `${row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()}\n`,
  )
}

function format(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: value < 100 ? 1 : 0 })
}
