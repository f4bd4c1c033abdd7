// Takes tokens out of texts that others wrote. Newer rate-limit messages of the vendor carry the first half of the token.

/** Shorter pieces of a token than this give nothing away, and would make ordinary words vanish. */
const shortestPiece = 8

/** Vendor texts hold names of at most 63 characters with hyphens in them; an unbroken run of this length is a token. */
const tokenLike = /[A-Za-z0-9]{24,}/g

const mark = '[redacted]'

/** A text for people: without any piece of this token, without anything that looks like one, and not too long. */
export function withoutToken(text: string, token: string): string {
  return withoutPieces(text.slice(0, 2_000), token).replace(tokenLike, mark).slice(0, 500)
}

function withoutPieces(text: string, token: string): string {
  let clean = ''
  for (let at = 0; at < text.length; ) {
    const length = pieceAt(text, at, token)
    clean += length === 0 ? text[at] : mark
    at += Math.max(length, 1)
  }
  return clean
}

/** The length of the longest piece of the token that begins here; 0 when it is too short to matter. */
function pieceAt(text: string, at: number, token: string): number {
  if (!token.includes(text.slice(at, at + shortestPiece)) || at + shortestPiece > text.length) return 0
  let end = at + shortestPiece
  while (end < text.length && token.includes(text.slice(at, end + 1))) end++
  return end - at
}
