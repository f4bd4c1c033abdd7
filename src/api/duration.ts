// Durations as users write them ("90s", "1h30m"): the subset of Go's syntax that CEL's duration() reads too.

/** Hours, minutes and seconds in that order, each optional, whole numbers; at least one is demanded by the length. */
export const durationPattern = /^([0-9]{1,5}h)?([0-9]{1,5}m)?([0-9]{1,5}s)?$/

const millisecondsOf = { h: 3_600_000, m: 60_000, s: 1_000 } as const

/** Milliseconds of a duration such as `90s`, `10m` or `1h30m`. Throws a RangeError on any other text. */
export function parseDuration(text: string): number {
  const parts = durationPattern.exec(text)
  if (parts === null || text === '')
    throw new RangeError(`Cannot read duration ${JSON.stringify(text)}: must be like 90s, 10m or 1h30m`)
  const [, hours = '0h', minutes = '0m', seconds = '0s'] = parts
  return (
    Number.parseInt(hours, 10) * millisecondsOf.h +
    Number.parseInt(minutes, 10) * millisecondsOf.m +
    Number.parseInt(seconds, 10) * millisecondsOf.s
  )
}
