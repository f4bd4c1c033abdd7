// Runs the simulated world on two loopback ports until SIGTERM or SIGINT. Prints one JSON line when it is ready.
// What can be asked of it from outside stands in docs/reference/simulators.md.

import { readFile } from 'node:fs/promises'
import { parseFlags, type SimulatorFlags, usage } from './flags.ts'
import { systemClock } from './kit/clock.ts'
import { type FaultPlan, parseFaultPlan } from './kit/fault-plan.ts'
import { serve } from './kit/serve.ts'
import { createWorld } from './world.ts'

const parsed = parseFlags(process.argv.slice(2))
if (parsed.kind === 'help') {
  process.stdout.write(usage)
} else if (parsed.kind === 'mistakes') {
  refuse(parsed.mistakes)
} else {
  const plan = await planIn(parsed.flags.faults)
  if (plan.ok) {
    await run(parsed.flags, plan.plan).catch((error: Error) => {
      process.stderr.write(`Cannot start the simulators: ${error.message}\n`)
      process.exitCode = 1
    })
  } else {
    refuse(plan.problems.map((problem) => `${parsed.flags.faults}: ${problem}`))
  }
}

function refuse(mistakes: readonly string[]): void {
  process.stderr.write(mistakes.map((mistake) => `${mistake}\n`).join(''))
  process.exitCode = 2
}

async function planIn(file: string | undefined): Promise<ReturnType<typeof parseFaultPlan>> {
  if (file === undefined) return { ok: true, plan: { faults: [] } }
  try {
    return parseFaultPlan(await readFile(file, 'utf8'))
  } catch (error) {
    return { ok: false, problems: [`cannot be read: ${(error as Error).message}`] }
  }
}

async function run(flags: SimulatorFlags, faults: FaultPlan): Promise<void> {
  const world = createWorld({
    clock: systemClock({ speed: flags.speed }),
    seed: flags.seed,
    bootSeconds: flags.bootSeconds,
    hcloud: { createSeconds: flags.createSeconds * 0.3, startSeconds: flags.createSeconds * 0.7 },
    telegram: { allowReserved: flags.allowReserved, newBotThrottle: flags.newBotThrottle },
  })
  const onError = (error: unknown) => process.stderr.write(`${error instanceof Error ? error.stack : error}\n`)
  const hcloud = await serve(world.hcloud.fetch, { port: flags.hcloudPort, onError })
  const telegram = await serve(world.telegram.fetch, { port: flags.telegramPort, onError }).catch(async (error) => {
    await hcloud.close()
    throw error
  })
  world.faults.take(faults)
  const stop = () => {
    world.stop()
    void Promise.all([hcloud.close(), telegram.close()]).then(() => process.exit(0))
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
  process.stdout.write(`${JSON.stringify({ hcloud: `${hcloud.url}/v1`, telegram: telegram.url })}\n`)
}
