// Shows what a user would see, from the YAML to a bot that answers and back to nothing; with --projects, what many cost.
// Ends with 0 only if everything was as it must be.

import { showManyProjects } from './demo/many-projects.ts'
import { showOneProject } from './demo/one-project.ts'
import { standardScreen } from './demo/screen.ts'
import type { Stage } from './demo/stage.ts'
import { describeFlags, parseNumberFlags } from './lab/flags.ts'
import { Interrupted, interruptSignal } from './lab/interrupt.ts'

const flags = {
  projects: { value: 'NUMBER', help: 'show and measure that many at once', least: 1, most: 250, whole: true },
  'create-seconds': { value: 'SECONDS', help: 'of a simulated server (3; 10 with many)', least: 0, most: 120 },
  'boot-seconds': { value: 'SECONDS', help: 'of a simulated server (8; 15 with many)', least: 0, most: 120 },
} as const

const parsed = parseNumberFlags(process.argv.slice(2), flags)
if (parsed.kind === 'help') {
  process.stdout.write(`Usage: make demo [PROJECTS=NUMBER] [ARGS="flags"]\n\n${describeFlags(flags)}`)
} else if (parsed.kind === 'mistakes') {
  process.stderr.write(parsed.mistakes.map((mistake) => `${mistake}\n`).join(''))
  process.exitCode = 2
} else {
  process.exitCode = await show(parsed.values)
}

async function show(values: Partial<Record<keyof typeof flags, number>>): Promise<number> {
  const stage: Stage = { screen: standardScreen(), signal: interruptSignal(), faults: [] }
  const { projects } = values
  try {
    if (projects === undefined) {
      await showOneProject(stage, {
        createSeconds: values['create-seconds'] ?? 3,
        bootSeconds: values['boot-seconds'] ?? 8,
      })
    } else {
      await showManyProjects(stage, {
        projects,
        createSeconds: values['create-seconds'] ?? 10,
        bootSeconds: values['boot-seconds'] ?? 15,
      })
    }
  } catch (error) {
    if (stage.signal.aborted) return interrupted(stage.signal.reason)
    stage.faults.push(error instanceof Error ? error.message : String(error))
  }
  return conclude(stage)
}

function interrupted(reason: unknown): number {
  process.stderr.write('\nInterrupted; everything that was started has been stopped.\n')
  return reason instanceof Interrupted ? reason.exitCode : 1
}

function conclude({ screen, faults }: Stage): number {
  screen.line()
  if (faults.length === 0) {
    screen.line(screen.paint('green', 'Everything was as it must be.'))
    return 0
  }
  screen.line(screen.paint('red', 'Not as it must be:'))
  for (const fault of faults) screen.line(`  ${fault}`)
  return 1
}
