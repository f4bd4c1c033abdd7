// Environment files as systemd reads them.

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { parseEnvironmentFile } from '../../../simulators/vps/environment-file.ts'

it.each([
  ['A=plain', { A: 'plain' }],
  ['A=plain  \nB=next\n', { A: 'plain', B: 'next' }],
  ['A="two words"\n', { A: 'two words' }],
  ['A="line one\nline two"\nB=1\n', { A: 'line one\nline two', B: '1' }],
  ['A="quote \\" dollar \\$ tick \\` slash \\\\ other \\n"\n', { A: 'quote " dollar $ tick ` slash \\ other \\n' }],
  ["A='single $x \\n'\n", { A: 'single $x \\n' }],
  ['A=un\\ quoted\\\\\n', { A: 'un quoted\\' }],
  ['A=long\\\nline\n', { A: 'longline' }],
  ['# A=1\n; B=2\n\n  C = 3\n', { C: '3' }],
  ['no assignment\n1A=x\nA=\n', { A: '' }],
  ['A=1\nA=2\n', { A: '2' }],
  ['A="not closed\nB=1\n', { A: '"not closed', B: '1' }],
  ['A=1\r\nB=2\r\n', { A: '1', B: '2' }],
  ['', {}],
])('%j', (text, wanted) => {
  expect(Object.fromEntries(parseEnvironmentFile(text))).toEqual(wanted)
})

it('any value comes back from double quotes with \\ " $ ` escaped', () => {
  const value = fc.string({ unit: 'grapheme' })
  fc.assert(
    fc.property(fc.array(value, { maxLength: 4 }), (values) => {
      const text = values.map((one, at) => `V${at}="${one.replaceAll(/[\\"$`]/g, '\\$&')}"\n`).join('')
      expect([...parseEnvironmentFile(text).values()]).toEqual(values)
    }),
  )
})
