// cloud-init's merging of cloud-config parts, from its documentation and its source: what a later part does to earlier ones.

export interface Merger {
  name: string
  options: readonly string[]
}

/** What holds when a part says nothing: keys are replaced whole. */
export const defaultMergers = 'dict(replace)+list()+str()'

/** Throws for text that is not like `list(append)+dict(no_replace,recurse_list)+str()`. */
export function parseMergers(text: string): Merger[] {
  const words = text.split('+').map((word) => word.trim().toLowerCase().replaceAll('-', '_'))
  return words.filter((word) => word !== '').map(parseMerger)
}

function parseMerger(word: string): Merger {
  const [, name, options = ''] = /^([a-z_][a-z0-9_]*)\((.*?)\)$/.exec(word) ?? []
  if (name === undefined) throw new Error(`Cannot read merge type: '${word}' must look like name(options)`)
  return {
    name,
    options: options
      .split(',')
      .map((option) => option.trim())
      .filter((option) => option !== ''),
  }
}

type Kind = 'dict' | 'list' | 'str'

/** The first merger for the type of what is there decides; without one, what is there stays. */
export function merge(base: unknown, addition: unknown, mergers: readonly Merger[]): unknown {
  const kind = kindOf(base)
  const options = mergers.find(({ name }) => name === kind)?.options
  if (kind === undefined || options === undefined) return base
  const by = { options, again: (a: unknown, b: unknown) => merge(a, b, mergers) }
  if (kind === 'dict') return mergeDict(base as Dict, addition, by)
  if (kind === 'list') return mergeList(base as readonly unknown[], addition, by)
  return mergeString(base as string, addition, by)
}

type Dict = Record<string, unknown>

interface By {
  options: readonly string[]
  again(base: unknown, addition: unknown): unknown
}

function kindOf(value: unknown): Kind | undefined {
  if (Array.isArray(value)) return 'list'
  if (typeof value === 'string') return 'str'
  return typeof value === 'object' && value !== null ? 'dict' : undefined
}

function mergeDict(base: Dict, addition: unknown, by: By): Dict {
  if (kindOf(addition) !== 'dict') return base
  const merged: Dict = { ...base }
  for (const [key, value] of Object.entries(addition as Dict)) {
    if (!Object.hasOwn(merged, key)) merged[key] = value
    else if (value === null && by.options.includes('allow_delete')) delete merged[key]
    else merged[key] = sameKey(merged[key], value, by)
  }
  return merged
}

function sameKey(base: unknown, addition: unknown, { options, again }: By): unknown {
  if (!options.includes('no_replace')) return addition
  return recurses(addition, { options, dicts: true }) ? again(base, addition) : base
}

function recurses(addition: unknown, { options, dicts }: { options: readonly string[]; dicts: boolean }): boolean {
  const kind = kindOf(addition)
  if (kind === 'list') return options.includes('recurse_list') || options.includes('recurse_array')
  if (kind === 'str') return options.includes('recurse_str')
  return kind === 'dict' && dicts
}

function mergeList(base: readonly unknown[], addition: unknown, by: By): unknown {
  const { options, again } = by
  const replaces = !options.some((option) => ['append', 'prepend', 'no_replace'].includes(option))
  if (!Array.isArray(addition)) return replaces ? addition : base
  if (options.includes('append')) return [...base, ...addition]
  if (options.includes('prepend')) return [...addition, ...base]
  return base.map((old, index) => {
    if (index >= addition.length || options.includes('no_replace')) return old
    const dicts = options.includes('recurse_dict')
    return recurses(addition[index], { options, dicts }) ? again(old, addition[index]) : addition[index]
  })
}

function mergeString(base: string, addition: unknown, { options }: By): unknown {
  if (typeof addition !== 'string') return base
  return options.includes('append') ? base + addition : addition
}
