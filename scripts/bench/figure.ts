// What a benchmark tells.

export interface Figure {
  what: string
  value: number
  unit: string
  /** Without one it is told for comparison only. */
  aim?: number
  better: 'more' | 'less'
}

/** Undefined where there is no aim. */
export function isMet({ value, aim, better }: Figure): boolean | undefined {
  if (aim === undefined) return undefined
  return better === 'more' ? value >= aim : value <= aim
}
