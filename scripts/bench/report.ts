// Figures as one table for people, and as one document for programs.

import { type Figure, isMet } from './figure.ts'
import { type Machine, machineLine } from './machine.ts'

export interface PartReport {
  part: string
  figures: Figure[]
  /** Why the part could not be measured to its end. */
  failure?: string
}

export interface Report {
  /** ISO 8601. */
  at: string
  /** As it was when the run began: later the load is the benchmark's own. */
  machine: Machine
  parts: PartReport[]
}

const head = ['what', 'measured', 'aim', '']

/** One line for the machine, one for each figure, one for each part that failed. */
export function tableOf({ machine, parts }: Report): string {
  const rows = [head, ...parts.flatMap(({ part, figures }) => [[part, '', '', ''], ...figures.map(rowOf)])]
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  const failures = parts.filter(({ failure }) => failure !== undefined)
  return [
    machineLine(machine),
    '',
    ...lines,
    ...failures.map(({ part, failure }) => `Cannot measure ${part}: ${failure}`),
    '',
  ].join('\n')
}

function rowOf(figure: Figure): string[] {
  const { what, value, unit, aim, better } = figure
  const met = isMet(figure)
  return [
    `  ${what}`,
    `${format(value)} ${unit}`,
    aim === undefined ? '' : `${better === 'more' ? '≥' : '≤'} ${format(aim)}`,
    met === undefined ? '' : met ? 'met' : 'MISSED',
  ]
}

export const jsonOf = ({ parts, ...report }: Report): string =>
  `${JSON.stringify(
    {
      ...report,
      parts: parts.map(({ figures, ...part }) => ({
        ...part,
        figures: figures.map((figure) => ({ ...figure, met: isMet(figure) })),
      })),
    },
    undefined,
    2,
  )}\n`

function format(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 2 : value < 100 ? 1 : 0 })
}
