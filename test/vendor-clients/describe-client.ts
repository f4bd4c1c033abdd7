// A group of tests of one client; where it cannot be had, the group is skipped, and the run says why.

import { describe } from 'vitest'
import type { Prepared } from '../../scripts/vendor-clients/prepared.ts'

export function describeClient(name: string, { missing }: Prepared<unknown>, tests: () => void): void {
  if (missing === undefined) {
    describe(name, tests)
  } else {
    process.stderr.write(`skipped, ${name}: ${missing}\n`)
    describe.skip(`${name} (skipped: ${missing})`, tests)
  }
}
