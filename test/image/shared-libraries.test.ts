// The libraries of a program are read from what the loader tells, and a missing one is never passed over.

import { describe, expect, it } from 'vitest'
import { parseLibraries } from '../../scripts/image/shared-libraries.ts'

const told = (...lines: string[]) => parseLibraries(lines.map((line) => `\t${line}\n`).join(''))

describe('parseLibraries', () => {
  it.each([
    {
      what: 'a library by its name',
      line: 'libm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x00007f65)',
      want: ['/lib/x86_64-linux-gnu/libm.so.6'],
    },
    { what: 'the loader', line: '/lib64/ld-linux-x86-64.so.2 (0x00007f65)', want: ['/lib64/ld-linux-x86-64.so.2'] },
    {
      what: 'the loader by its name',
      line: '/lib/ld-musl-x86_64.so.1 => /lib/ld-musl-x86_64.so.1 (0x00007f65)',
      want: ['/lib/ld-musl-x86_64.so.1'],
    },
    { what: 'no file for what the kernel maps in', line: 'linux-vdso.so.1 (0x00007ffb)', want: [] },
    { what: 'nothing of a static program', line: 'statically linked', want: [] },
  ])('answers $what', ({ line, want }) => {
    expect(told(line)).toEqual(want)
  })

  it('throws, naming every library that is missing', () => {
    const lines = ['liba.so.1 => not found', 'libc.so.6 => /lib/libc.so.6 (0x1)', 'libb.so.2 => not found']
    expect(() => told(...lines)).toThrow('Cannot find the shared libraries liba.so.1, libb.so.2: install them')
  })
})
