// The machine behind the figures: without it they cannot be compared with any others.

import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os'

export interface Machine {
  processor: string
  cores: number
  /** GiB. */
  memory: number
  node: string
  system: string
  /** Processes that wanted a core, on average over the last minute: above `cores` it was a busy machine. */
  load: number
}

export function describeMachine(): Machine {
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memory: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    system: `${type()} ${release()}`,
    load: Math.round((loadavg()[0] ?? 0) * 10) / 10,
  }
}

export function machineLine({ processor, cores, memory, node, system, load }: Machine): string {
  return `${processor}, ${cores} cores, ${memory} GiB, ${system}, Node ${node}; load ${load}`
}
