// The one redaction gate: every string that leaves (logs, status, events, error texts) passes `clean`.
// It knows secrets by value, in the forms in which they leak, whole or in stretches, and a few shapes by pattern.

const mark = '[redacted]'

/** Shorter secrets are not searched for: they would be found in ordinary words. */
const shortestSecret = 8
/** A stretch of this many characters of a secret counts as the secret: Hetzner quotes half a token in some errors. */
const shortestStretch = 16
/** Anchors lie this far apart in a form, so every stretch of `shortestStretch` holds one, whatever its beginning. */
const anchorLength = 8

const patterns: readonly [RegExp, string][] = [
  [/-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[^"-]*(-----END [A-Z ]{0,40}PRIVATE KEY-----)?/g, mark],
  [/\/bot\d+(?::|%3a)[^/\s"'?]+/gi, `/bot${mark}`],
  [/\b\d{6,16}(?::|%3a)[A-Za-z0-9_-]{30,50}(?![A-Za-z0-9_-])/gi, mark],
]

export interface Redactor {
  /** Counts: a secret stays known until it was forgotten as often as it was remembered. */
  remember(secret: string): void
  forget(secret: string): void
  /** The text with every remembered secret, in any of its forms, and everything token-shaped replaced. */
  clean(text: string): string
}

/** A place in one form of a secret, found again in a text by the characters that stand there. */
interface Anchor {
  form: string
  at: number
}

/** Base64 of a secret that stands anywhere in a longer text: three ways, depending on what comes before it. */
function base64Forms(secret: string): string[] {
  const bits = Buffer.byteLength(secret, 'utf8') * 8
  return [0, 8, 16].flatMap((before) => {
    const encoded = Buffer.from(' '.repeat(before / 8) + secret, 'utf8').toString('base64url')
    // Only the characters that depend on nothing but the secret, not on what stands around it.
    const own = encoded.slice(Math.ceil(before / 6), Math.floor((before + bits) / 6))
    return [own, own.replaceAll('-', '+').replaceAll('_', '/')]
  })
}

const percentEncoded = (secret: string): string => encodeURIComponent(secret.toWellFormed())

function formsOf(secret: string): Set<string> {
  const hex = Buffer.from(secret, 'utf8').toString('hex')
  const percent = percentEncoded(secret)
  const forms = [
    secret,
    JSON.stringify(secret).slice(1, -1), // logs are cleaned as JSON
    percent,
    percent.replace(/%../g, (code) => code.toLowerCase()),
    hex,
    hex.toUpperCase(),
    ...base64Forms(secret),
  ]
  return new Set(forms)
}

/** Armour lines are public and the same in every key; the base64 between them is the secret. */
const withoutArmour = (secret: string): string => secret.replace(/-----[^-\n]+-----\s?/g, '').trim()

function stretchAt(text: string, at: number, { form, at: inForm }: Anchor): { start: number; end: number } | undefined {
  let before = 0
  while (before < inForm && before < at && text[at - before - 1] === form[inForm - before - 1]) before++
  let after = 0
  while (inForm + after < form.length && text[at + after] === form[inForm + after]) after++
  const enough = Math.min(shortestStretch, form.length)
  return before + after >= enough ? { start: at - before, end: at + after } : undefined
}

/** Makes an empty gate. A clean costs one look-up per character, however many secrets are known. */
export function createRedactor(): Redactor {
  const counts = new Map<string, number>()
  const anchors = new Map<string, Anchor[]>()

  function anchorsOf(secret: string): (Anchor & { key: string })[] {
    return [...formsOf(secret)].flatMap((form) =>
      Array.from({ length: Math.floor(form.length / anchorLength) }, (_, index) => {
        const at = index * anchorLength
        return { form, at, key: form.slice(at, at + anchorLength) }
      }),
    )
  }

  /** Removes one of several equal anchors: two secrets may share a form. */
  function drop({ key, form, at }: Anchor & { key: string }): void {
    const all = anchors.get(key) ?? []
    const index = all.findIndex((anchor) => anchor.form === form && anchor.at === at)
    const left = all.filter((_, other) => other !== index)
    if (left.length > 0) anchors.set(key, left)
    else anchors.delete(key)
  }

  /** Where a stretch of a secret that touches position `at` lies: the widest one. */
  function widestAt(text: string, at: number): { start: number; end: number } | undefined {
    const found = (anchors.get(text.slice(at, at + anchorLength)) ?? [])
      .map((anchor) => stretchAt(text, at, anchor))
      .filter((stretch) => stretch !== undefined)
    return found.reduce<{ start: number; end: number } | undefined>((widest, stretch) => {
      if (widest === undefined) return stretch
      return { start: Math.min(widest.start, stretch.start), end: Math.max(widest.end, stretch.end) }
    }, undefined)
  }

  function withoutKnown(text: string): string {
    if (anchors.size === 0) return text
    let result = ''
    let copied = 0
    for (let at = 0; at + anchorLength <= text.length; at++) {
      const stretch = widestAt(text, at)
      if (stretch === undefined) continue
      if (stretch.start >= copied) result += text.slice(copied, stretch.start) + mark
      copied = stretch.end
      at = Math.max(at, stretch.end - anchorLength)
    }
    return result + text.slice(copied)
  }

  return {
    remember(raw) {
      const secret = withoutArmour(raw)
      if (secret.length < shortestSecret) return
      const count = counts.get(secret) ?? 0
      counts.set(secret, count + 1)
      if (count > 0) return
      for (const { key, form, at } of anchorsOf(secret)) anchors.set(key, [...(anchors.get(key) ?? []), { form, at }])
    },
    forget(raw) {
      const secret = withoutArmour(raw)
      const count = counts.get(secret)
      if (count === undefined) return
      if (count > 1) return void counts.set(secret, count - 1)
      counts.delete(secret)
      for (const anchor of anchorsOf(secret)) drop(anchor)
    },
    clean: (text) => patterns.reduce((rest, [shape, instead]) => rest.replace(shape, instead), withoutKnown(text)),
  }
}
