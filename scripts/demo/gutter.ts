// How lines of the demo are set: a figure to the right of its column, then words.

const width = 8

/** `   12.3 s  words`: figures line up by their last digit. */
export function figureLine(figure: string, words: string): string {
  return `${figure.padStart(width)}  ${words}`.trimEnd()
}

/** `7 ms`, `0.42 s`, `26.4 s`. */
export function inSeconds(milliseconds: number): string {
  const seconds = milliseconds / 1_000
  if (seconds < 0.0995) return `${Math.round(milliseconds)} ms`
  return `${seconds.toFixed(seconds < 0.995 ? 2 : 1)} s`
}

/** Resident memory in decimal megabytes, from MiB. */
export const megabytes = (mebibytes: number): number => (mebibytes * 1_048_576) / 1_000_000
