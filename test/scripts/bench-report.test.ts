// What the benchmark prints and writes, from figures that nobody measured.

import { describe, expect, it } from 'vitest'
import type { Figure } from '../../scripts/bench/figure.ts'
import type { Machine } from '../../scripts/bench/machine.ts'
import { jsonOf, type Report, tableOf } from '../../scripts/bench/report.ts'

const machine: Machine = {
  ...{ processor: 'Some Processor', cores: 2, memory: 8, node: 'v24.0.0', system: 'Linux 6.1', load: 0.5 },
}
const figure = (change: Partial<Figure>): Figure => ({ what: 'a', value: 5, unit: 'ms', better: 'less', ...change })
const reportOf = (...figures: Figure[]): Report => ({
  ...{ at: '2026-01-01T00:00:00.000Z', machine, parts: [{ part: 'queue', figures }] },
})
const lineOf = (one: Figure) =>
  tableOf(reportOf(one))
    .split('\n')
    .find((line) => line.startsWith('  a'))

describe('the report of the benchmark', () => {
  it.each([
    { of: 'a bound that holds', change: { aim: 10 }, line: '  a      5 ms      ≤ 10  met' },
    { of: 'a bound that is just reached', change: { aim: 5 }, line: '  a      5 ms      ≤ 5  met' },
    { of: 'a bound that does not hold', change: { aim: 4 }, line: '  a      5 ms      ≤ 4  MISSED' },
    { of: 'a speed that is enough', change: { aim: 4, better: 'more' }, line: '  a      5 ms      ≥ 4  met' },
    { of: 'a speed that is too low', change: { aim: 6, better: 'more' }, line: '  a      5 ms      ≥ 6  MISSED' },
    { of: 'a figure without an aim', change: {}, line: '  a      5 ms' },
    { of: 'what could not be measured', change: { value: Number.NaN, aim: 6 }, line: '  a      NaN ms    ≤ 6  MISSED' },
  ] as const)('tells $of', ({ change, line }) => {
    expect(lineOf(figure(change))?.replaceAll(/ +/g, ' ')).toBe(line.replaceAll(/ +/g, ' '))
  })

  it('begins with the machine and how busy it was', () => {
    expect(tableOf(reportOf()).split('\n')[0]).toBe('Some Processor, 2 cores, 8 GiB, Linux 6.1, Node v24.0.0; load 0.5')
  })

  it('says which part could not be measured, beside the figures of the others', () => {
    const report = reportOf(figure({}))
    report.parts.push({ part: 'start', figures: [], failure: 'the operator ended' })
    expect(tableOf(report)).toContain('Cannot measure start: the operator ended')
    expect(tableOf(report)).toContain('5 ms')
  })

  it('writes the same as JSON, with the verdicts', () => {
    const { machine: told, parts } = JSON.parse(jsonOf(reportOf(figure({ aim: 4 }), figure({}))))
    expect(told).toEqual(machine)
    expect(parts).toEqual([{ part: 'queue', figures: [{ ...figure({ aim: 4 }), met: false }, figure({})] }])
  })
})
