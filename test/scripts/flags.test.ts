import { describe, expect, it } from 'vitest'
import { describeFlags, parseNumberFlags } from '../../scripts/lab/flags.ts'

const flags = {
  projects: { value: 'NUMBER', help: 'that many', least: 1, most: 250, whole: true },
  'boot-seconds': { value: 'SECONDS', help: 'that long', least: 0, most: 60 },
}
const parse = (...args: string[]) => parseNumberFlags(args, flags)

describe('flags of demo and lab', () => {
  it('are absent when not given', () => expect(parse()).toEqual({ kind: 'values', values: {} }))
  it('are numbers', () =>
    expect(parse('--projects', '50', '--boot-seconds=0.5')).toEqual({
      kind: 'values',
      values: { projects: 50, 'boot-seconds': 0.5 },
    }))
  it('may ask for help, whatever else is wrong', () => expect(parse('--what', '--help')).toEqual({ kind: 'help' }))

  it.each([
    { args: ['--projects', '0'], line: "--projects must be a whole number from 1 to 250, not '0'" },
    { args: ['--projects', '251'], line: "--projects must be a whole number from 1 to 250, not '251'" },
    { args: ['--projects', '1.5'], line: "--projects must be a whole number from 1 to 250, not '1.5'" },
    { args: ['--projects', 'many'], line: "--projects must be a whole number from 1 to 250, not 'many'" },
    { args: ['--boot-seconds='], line: "--boot-seconds must be a number from 0 to 60, not ''" },
    { args: ['--boot-seconds'], line: '--boot-seconds needs a value' },
    { args: ['--toString', '1'], line: '--toString is not known; see --help' },
    { args: ['fifty'], line: "'fifty' is not a flag; see --help" },
  ])('refuse $args', ({ args, line }) => {
    const parsed = parse(...args)
    expect(parsed).toMatchObject({ kind: 'mistakes', mistakes: expect.arrayContaining([line]) })
  })

  it('tell every mistake at once', () => {
    const parsed = parse('--projects', '0', '--what', '--boot-seconds', 'x')
    expect(parsed.kind === 'mistakes' && parsed.mistakes).toHaveLength(3)
  })

  it('are described one a line', () => expect(describeFlags(flags).trimEnd().split('\n')).toHaveLength(2))
})
