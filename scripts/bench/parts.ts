// The list of what is measured. Each part is loaded when its turn comes, so that none pays for the modules of another.

import type { Figure } from './figure.ts'

export const parts: Readonly<Record<string, () => Promise<Figure[]>>> = {
  queue: async () => (await import('./queue.ts')).benchQueue(),
  informer: async () => (await import('./informer.ts')).benchInformer(),
  start: async () => (await import('./start.ts')).benchStart(),
  latency: async () => (await import('./latency.ts')).benchLatency(),
  memory: async () => (await import('./memory.ts')).benchMemory(),
  simulators: async () => (await import('./simulators.ts')).benchSimulators(),
}
