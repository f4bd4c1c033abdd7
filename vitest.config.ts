// Kinds of tests, told apart by file name. `*.long.test.ts` is a further kind with a configuration of its own, so that
// nobody starts an hour of soaking by a bare `vitest`.

import { defineConfig } from 'vitest/config'

const clusterTests = 'test/**/*.cluster.test.ts'
/** Listens to silence for a minute: it needs a control plane of its own, and hardly any processor. */
const quietTest = 'test/end-to-end/quiet.cluster.test.ts'
const longTests = 'test/**/*.long.test.ts'

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [clusterTests, longTests],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'quiet',
          include: [quietTest],
          globalSetup: 'test/global-setup.ts',
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'control-plane',
          include: [clusterTests],
          exclude: [longTests, quietTest],
          globalSetup: 'test/global-setup.ts',
          // An operator sees the whole cluster: two files at a time would repair each other's Projects.
          fileParallelism: false,
          sequence: { groupOrder: 1 },
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
})
