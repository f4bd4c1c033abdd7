// Kills, soaks and mutations: what takes too long for every change. `make test-long` runs it.

import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.long.test.ts'],
    globalSetup: 'test/global-setup.ts',
    fileParallelism: false,
    testTimeout: 3_600_000,
    hookTimeout: 60_000,
  },
})
