// What a benchmark tells.

export interface Figure {
  what: string
  value: number
  unit: string
  aim: number
  better: 'more' | 'less'
}
