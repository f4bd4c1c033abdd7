// A mutation whose text is no longer there would only be noticed by the long tests.

import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { mistakes } from '../crash/mistakes/mistakes.ts'
import { rules1To6 } from './mutations/rules-1-to-6.ts'
import { rules7To12 } from './mutations/rules-7-to-12.ts'

const root = path.resolve(import.meta.dirname, '../..')

describe('every planned change of the sources', () => {
  it.each([...rules1To6, ...rules7To12, ...mistakes])(
    'finds the one place that it is for: $what',
    async ({ file, from }) => {
      const source = await readFile(path.join(root, file), 'utf8')
      expect(source.split(from)).toHaveLength(2)
    },
  )
})
