// Reads what Prometheus reads: families of a metrics page, by name, with all labels and buckets that their samples show.

export interface Family {
  name: string
  type: string
  help: string
  labels: string[]
  /** Upper bounds, without +Inf; empty for all but histograms. */
  buckets: number[]
}

export function parseExposition(text: string): Family[] {
  const families = new Map<string, Family>()
  const family = (name: string) => {
    const known = families.get(name) ?? { name, type: '', help: '', labels: [], buckets: [] }
    families.set(name, known)
    return known
  }
  for (const line of text.split('\n').filter(Boolean)) {
    const [, word, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? []
    if (word === 'HELP') family(name).help = rest
    else if (word === 'TYPE') family(name).type = rest
    else addSample(families, line)
  }
  return [...families.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

function addSample(families: ReadonlyMap<string, Family>, line: string): void {
  const [, name = '', labels = ''] = /^([\w:]+)(?:\{(.*)\})? \S+$/.exec(line) ?? []
  const family = families.get(name) ?? families.get(name.replace(/_(bucket|sum|count)$/, ''))
  if (family === undefined) throw new Error(`Cannot read a sample without a type: ${line}`)
  for (const [, label = '', value = ''] of labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)) {
    if (label === 'le') addOnce(family.buckets, Number(value))
    else addOnce(family.labels, label)
  }
  family.labels.sort()
}

function addOnce<T>(list: T[], item: T): void {
  if (!list.includes(item) && item !== Number.POSITIVE_INFINITY && !Number.isNaN(item)) list.push(item)
}
