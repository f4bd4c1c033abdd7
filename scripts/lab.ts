// Leaves control plane, simulators and operator running until Ctrl-C, and says how to play with them.

import { findBinaries } from './control-plane/binaries.ts'
import { grantNamespace } from './control-plane/grant.ts'
import { standardScreen } from './demo/screen.ts'
import { heading, openLab, type Stage } from './demo/stage.ts'
import { describeFlags, parseNumberFlags } from './lab/flags.ts'
import { Interrupted, interruptSignal } from './lab/interrupt.ts'
import type { Lab } from './lab/lab.ts'
import { labKubeconfig, thingsToTry } from './lab/things-to-try.ts'

const namespace = 'demo'
const flags = {
  'create-seconds': { value: 'SECONDS', help: 'of a simulated server (5)', least: 0, most: 600 },
  'boot-seconds': { value: 'SECONDS', help: 'of a simulated server (10)', least: 0, most: 600 },
} as const

const parsed = parseNumberFlags(process.argv.slice(2), flags)
if (parsed.kind === 'help') {
  process.stdout.write(`Usage: make lab [ARGS="flags"]\n\n${describeFlags(flags)}`)
} else if (parsed.kind === 'mistakes') {
  process.stderr.write(parsed.mistakes.map((mistake) => `${mistake}\n`).join(''))
  process.exitCode = 2
} else {
  process.exitCode = await run(parsed.values)
}

async function run(values: Partial<Record<keyof typeof flags, number>>): Promise<number> {
  const stage: Stage = { screen: standardScreen(), signal: interruptSignal(), faults: [] }
  try {
    heading(stage, 'Start')
    const lab = await openLab(stage, {
      simulatorArgs: [
        ...['--create-seconds', String(values['create-seconds'] ?? 5)],
        ...['--boot-seconds', String(values['boot-seconds'] ?? 10)],
      ],
      operatorArgs: ['--log-level', 'debug'],
    })
    return await stayOpen(stage, lab)
  } catch (error) {
    if (stage.signal.reason instanceof Interrupted) return stage.signal.reason.exitCode
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`)
    return 1
  }
}

/** Ctrl-C is how a lab ends, and no failure; that a part of it ended is one. */
async function stayOpen({ screen, signal }: Stage, lab: Lab): Promise<number> {
  let keepLogs = false
  try {
    await grantNamespace(lab.api, namespace)
    const kubeconfig = await labKubeconfig(lab, namespace)
    const { kubectl } = await findBinaries()
    for (const line of thingsToTry({ lab, kubeconfig, kubectl, namespace, paint: screen.paint })) screen.line(line)
    const failure = await Promise.race([
      aborted(signal),
      endOf('operator', lab.operator),
      endOf('simulators', lab.simulators),
    ])
    if (failure === undefined) return 0
    keepLogs = true
    process.stderr.write(`${failure}; its log is in ${lab.directory}\n`)
    return 1
  } finally {
    screen.line('\nStopping.')
    await lab.stop({ keepLogs })
  }
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(undefined), { once: true })
    if (signal.aborted) resolve(undefined)
  })
}

async function endOf(name: string, { exited }: { exited: Promise<number | string> }): Promise<string> {
  return `The ${name} ended on its own with ${await exited}`
}
