import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { createScreen } from '../../scripts/demo/screen.ts'

function screenOf(o: { isTerminal: boolean; columns?: number }) {
  let output = ''
  const screen = createScreen({
    write: (text) => {
      output += text
    },
    isTerminal: o.isTerminal,
    columns: () => o.columns ?? 80,
    paint: (_, text) => text,
  })
  return { screen, output: () => output, shown: () => linesOnTerminal(output) }
}

/** What a terminal shows that knows the three sequences in use: up, erase below, cursor on and off. */
function linesOnTerminal(output: string): string[] {
  const lines: string[] = []
  let row = 0
  for (const part of output.replaceAll('\x1b', '␛').split(/(␛\[\??\d*[A-Zlh]|\n)/)) {
    const up = /^␛\[(\d+)A$/.exec(part)
    if (up !== null) row -= Number(up[1])
    else if (part === '␛[J') lines.length = row
    else if (part === '\n') row += 1
    else if (!part.startsWith('␛')) lines[row] = (lines[row] ?? '') + part.replaceAll('\r', '')
  }
  return lines.filter((line, index) => line !== '' || index < lines.length - 1)
}

describe('a screen on a terminal', () => {
  it('shows only the last block', () => {
    const { screen, shown } = screenOf({ isTerminal: true })
    screen.line('before')
    screen.draw(['one', 'two', 'three'])
    screen.draw(['four'])
    expect(shown()).toEqual(['before', 'four'])
  })

  it('keeps a block and goes on below it', () => {
    const { screen, shown } = screenOf({ isTerminal: true })
    screen.draw(['one', 'two'])
    screen.keep()
    screen.draw(['three'])
    screen.clear()
    screen.line('after')
    expect(shown()).toEqual(['one', 'two', 'after'])
  })

  it('adds lines above the block that moves', () => {
    const { screen, shown } = screenOf({ isTerminal: true })
    screen.draw(['moving'])
    screen.line('stays')
    screen.line('stays, too')
    screen.draw(['moved'])
    expect(shown()).toEqual(['stays', 'stays, too', 'moved'])
  })

  it('hides the cursor while a block moves, and shows it again', () => {
    const { screen, output } = screenOf({ isTerminal: true })
    screen.draw(['a'])
    screen.draw(['b'])
    expect(output().endsWith('\x1b[?25h')).toBe(false)
    screen.keep()
    expect(output().split('\x1b[?25l')).toHaveLength(2)
    expect(output().endsWith('\x1b[?25h')).toBe(true)
  })

  it('cuts a line of a block that would wrap', () => {
    const { screen, shown } = screenOf({ isTerminal: true, columns: 10 })
    screen.draw(['0123456789', '0123456789a'])
    expect(shown()).toEqual(['0123456789', '012345678…'])
  })

  it('does not count colours when it cuts', () => {
    const { screen, output } = screenOf({ isTerminal: true, columns: 10 })
    screen.draw(['\x1b[32m0123456789\x1b[39m'])
    expect(stripVTControlCharacters(output())).toBe('0123456789\n')
  })
})

describe('a screen elsewhere', () => {
  it('writes lines, and nothing that moves', () => {
    const { screen, output } = screenOf({ isTerminal: false })
    screen.draw(['moving'])
    screen.line('stays')
    screen.keep()
    screen.clear()
    expect(output()).toBe('stays\n')
  })
})
