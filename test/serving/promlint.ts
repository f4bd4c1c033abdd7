// What Prometheus's own linter complains of, for machines that do not have it. Its rules are those of the naming guide.

import type { Family } from '../support/exposition.ts'

interface Rule {
  complaint: string
  isBroken(family: Family): boolean
}

/** Whole words of a name. */
const words = ({ name }: Family): string[] => name.split('_')
const hasWord = (family: Family, list: string): boolean => words(family).some((word) => list.split(' ').includes(word))

const isSampled = ({ type }: Family): boolean => type === 'histogram' || type === 'summary'

const rules: Rule[] = [
  { complaint: 'no help text', isBroken: ({ help }) => help.trim() === '' },
  { complaint: 'no type', isBroken: ({ type }) => !/^(counter|gauge|histogram|summary)$/.test(type) },
  {
    complaint: 'counters should have "_total" suffix',
    isBroken: ({ name, type }) => type === 'counter' && !name.endsWith('_total'),
  },
  {
    complaint: 'non-counter metrics should not have "_total" suffix',
    isBroken: ({ name, type }) => type !== 'counter' && name.endsWith('_total'),
  },
  {
    complaint: 'suffix or label of a histogram or summary',
    isBroken: (family) =>
      (!isSampled(family) && /_(bucket|count|sum)$/.test(family.name)) ||
      (family.type !== 'summary' && family.labels.includes('quantile')) ||
      (family.type !== 'histogram' && family.labels.includes('le')),
  },
  {
    complaint: 'type in its name',
    isBroken: (family) => hasWord(family, 'counter gauge histogram summary') || family.name.endsWith('_info_total'),
  },
  { complaint: 'characters of recording rules', isBroken: ({ name }) => name.includes(':') },
  {
    complaint: 'camelCase',
    isBroken: ({ name, labels }) => [name, ...labels].some((word) => /[a-z][A-Z]/.test(word)),
  },
  {
    complaint: 'abbreviated unit',
    isBroken: (family) => hasWord(family, 's ms us ns sec b kb mb gb tb pb m h d'),
  },
  {
    complaint: 'unit that is not a base unit',
    isBroken: (family) =>
      hasWord(
        family,
        'milliseconds microseconds nanoseconds minutes hours days weeks kilobytes megabytes gigabytes bits kelvins percent',
      ),
  },
]

/** One line for each rule that the family breaks. */
export function complaints(family: Family): string[] {
  return rules.filter((rule) => rule.isBroken(family)).map(({ complaint }) => `${family.name}: ${complaint}`)
}
