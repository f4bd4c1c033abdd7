// Kinds of tests, told apart by file name. `*.long.test.ts` is a further kind with a configuration of its own, so that
// nobody starts an hour of soaking by a bare `vitest`.

import { defineConfig } from 'vitest/config'

const clusterTests = 'test/**/*.cluster.test.ts'
/**
 * Beside the unit tests, on a control plane of their own: one listens to silence for a minute, one only starts and stops,
 * one installs what can be installed only once.
 */
const apartTests = [
  'test/end-to-end/quiet.cluster.test.ts',
  'test/control-plane/control-plane.cluster.test.ts',
  'test/chart/release.cluster.test.ts',
  'test/kube/restarts.cluster.test.ts',
  'test/end-to-end/crd-removed.cluster.test.ts',
  'test/end-to-end/namespace-deleted.cluster.test.ts',
  'test/end-to-end/outages.cluster.test.ts',
  'test/end-to-end/bad-input-watches.cluster.test.ts',
  'test/end-to-end/out-of-memory.cluster.test.ts',
]
const longTests = 'test/**/*.long.test.ts'
/** Programs and libraries of others: who runs the unit tests again and again need not wait for Python to load. */
const vendorClientTests = 'test/vendor-clients/**/*.test.ts'

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [clusterTests, longTests, vendorClientTests],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'vendor-clients',
          include: [vendorClientTests],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'apart',
          include: apartTests,
          globalSetup: 'test/global-setup.ts',
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'control-plane',
          include: [clusterTests],
          exclude: [longTests, ...apartTests],
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
