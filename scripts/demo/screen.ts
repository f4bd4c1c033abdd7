// What is written where: lines that stay, and on a terminal one block at the end that is drawn again in place.

import { stripVTControlCharacters, styleText } from 'node:util'

export type Style = 'bold' | 'dim' | 'green' | 'yellow' | 'red'
export type Paint = (style: Style, text: string) => string

export interface Screen {
  /** True where a block can be drawn again; elsewhere `draw` writes nothing and every line must stand for itself. */
  readonly isTerminal: boolean
  readonly paint: Paint
  /** Adds a line that stays. */
  line(text?: string): void
  /** Shows this block at the end instead of the one before. */
  draw(block: readonly string[]): void
  /** Keeps the block that is shown, and goes on below it. */
  keep(): void
  /** Removes the block that is shown. */
  clear(): void
}

export interface ScreenDeps {
  write(text: string): void
  isTerminal: boolean
  /** Width in characters, asked for at each drawing. */
  columns(): number
  paint: Paint
}

const hideCursor = '\x1b[?25l'
const showCursor = '\x1b[?25h'
const eraseBelow = '\x1b[J'

export function createScreen({ write, isTerminal, columns, paint }: ScreenDeps): Screen {
  let shown: readonly string[] = []

  // In one write: a terminal that draws between two would flicker.
  const redraw = (block: readonly string[], end = '') => {
    const up = shown.length === 0 ? '' : `\x1b[${shown.length}A\r${eraseBelow}`
    write(`${up}${block.map((line) => `${clip(line, columns())}\n`).join('')}${end}`)
  }

  return {
    isTerminal,
    paint,
    line(text = '') {
      if (shown.length === 0) return write(`${text}\n`)
      redraw([])
      write(`${text}\n`)
      const block = shown
      shown = []
      redraw(block)
      shown = block
    },
    draw(block) {
      if (!isTerminal) return
      redraw(block, shown.length === 0 ? hideCursor : '')
      shown = block
    },
    keep() {
      if (shown.length > 0) write(showCursor)
      shown = []
    },
    clear() {
      if (shown.length > 0) redraw([], showCursor)
      shown = []
    },
  }
}

/** Standard output; colours only where it is a terminal that shows them and NO_COLOR does not forbid them. */
export function standardScreen(): Screen {
  const stream = process.stdout
  return createScreen({
    write: (text) => stream.write(text),
    isTerminal: stream.isTTY === true,
    columns: () => stream.columns ?? 80,
    paint: (style, text) => styleText(style, text, { stream }),
  })
}

/** A line that wraps would be counted as one and leave the rest behind. What is cut loses its colours. */
function clip(line: string, columns: number): string {
  const plain = stripVTControlCharacters(line)
  return plain.length <= columns ? line : `${plain.slice(0, Math.max(0, columns - 1))}…`
}
