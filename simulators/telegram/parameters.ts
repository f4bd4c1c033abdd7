// The parameters of a Bot API call, however they came.

export interface Parameters {
  /** Empty when absent: the API does not tell these apart. */
  text(name: string): string
  /** `true`, `yes` and `1` are true. */
  flag(name: string): boolean
  /** A number forced into the range; text that is no number counts as 0. */
  integer(name: string, limits: { least: number; most: number; otherwise: number }): number
  /** A part of a multipart body that has a file name. */
  file(name: string): Uint8Array | undefined
}

/** What was sent, in order: the query comes before the body. */
export interface RawParameters {
  readonly texts: [name: string, value: string][]
  readonly files: [name: string, content: Uint8Array][]
}

interface GivenParameters {
  readonly texts: Iterable<readonly [name: string, value: string]>
  readonly files?: Iterable<readonly [name: string, content: Uint8Array]>
}

/** Of a name that occurs twice, the first counts. */
export function parametersOf({ texts, files = [] }: GivenParameters): Parameters {
  const text = createLookup(texts)
  return {
    text: (name) => text(name) ?? '',
    flag: (name) => ['true', 'yes', '1'].includes((text(name) ?? '').trim().toLowerCase()),
    integer(name, { least, most, otherwise }) {
      const given = text(name) ?? ''
      return Math.min(Math.max(given === '' ? otherwise : leadingInteger(given), least), most)
    },
    file: createLookup(files),
  }
}

function createLookup<Value>(entries: Iterable<readonly [string, Value]>): (name: string) => Value | undefined {
  const first = new Map<string, Value>()
  for (const [name, value] of entries) if (!first.has(name)) first.set(name, value)
  return (name) => first.get(name)
}

const leadingInteger = (text: string): number => Number(/^-?\d+/.exec(text)?.[0] ?? 0)
