// Owns WorkloadReady: the server answers over HTTPS as Telegram would ask it, with the certificate that Telegram was given.

import { getCondition } from '../api/conditions.ts'
import { parseDuration } from '../api/duration.ts'
import { type Duration, seconds } from '../clock.ts'
import type { ProbeResult } from '../providers/probe/probe.ts'
import { isWithin } from './memory.ts'
import { accessOf, addressOf, type Pass } from './pass.ts'
import { blocked, done, type Step, type StepDefinition, unobserved, wait } from './step.ts'
import { webhookTarget } from './webhook-target.ts'

export const workload: StepDefinition<'WorkloadReady'> = {
  condition: 'WorkloadReady',
  async run(pass) {
    const { keys } = pass
    if (keys === undefined) return unobserved('Updating', pass.keysLost ?? 'The keys of the server are not known.')
    const { project, draft, deps, signal } = pass
    const { ipv4 } = addressOf(pass)
    const { port } = webhookTarget(ipv4, project.spec.telegram)
    const { path, periodSeconds, failureThreshold } = project.spec.workload.probe
    const where = `https://${ipv4}:${port}${path}`
    if (hasJustAnswered(pass)) return serving(where)
    const result = await deps.probe({ address: ipv4, port, path, ca: keys.caCertificate, signal })
    const memory = rememberProbe(pass, result)

    const decision = decideWorkload({
      result,
      failures: memory.failures,
      failureThreshold,
      hasServed: getCondition(project.status?.conditions ?? [], 'WorkloadReady')?.status === 'True',
      runningFor:
        deps.clock.now() - Date.parse(getCondition(draft.conditions ?? [], 'ServerReady')?.lastTransitionTime ?? ''),
      bootLimit: parseDuration(project.spec.timeouts.boot),
      period: seconds(periodSeconds),
      leastPause: deps.settings.intervals.bootProbe,
      where,
    })
    if (decision.kind !== 'wait' || decision.reason !== 'Unreachable') return decision
    return (await telegramGetsThrough(pass))
      ? done('ProbeBlocked', `${decision.message} Telegram still delivers, so nothing is repaired.`)
      : decision
  },
}

const serving = (where: string): Step<'WorkloadReady'> => done('Serving', `${where} answers.`)

/** The passes that set and check the webhook follow at once: one look serves them all. Far below the shortest period. */
const hasJustAnswered = ({ project, deps }: Pass): boolean =>
  isWithin(deps.clock, deps.memory.of(project.metadata.uid).probeAnsweredAt, seconds(1))

function rememberProbe({ project, deps }: Pass, result: ProbeResult) {
  const memory = deps.memory.of(project.metadata.uid)
  const { failures, failingSince } = memory.probe
  if (result.kind === 'ok') memory.probeAnsweredAt = deps.clock.monotonic()
  memory.probe =
    result.kind === 'ok' ? { failures: 0 } : { failures: failures + 1, failingSince: failingSince ?? deps.clock.now() }
  return memory.probe
}

export interface WorkloadWorld {
  result: ProbeResult
  /** In a row, this one included. */
  failures: number
  failureThreshold: number
  /** It answered once, as far as the status knows. */
  hasServed: boolean
  /** Since the server was seen running. */
  runningFor: Duration
  bootLimit: Duration
  period: Duration
  /** Between two looks at a server that boots. */
  leastPause: Duration
  /** The URL that was asked, for messages. */
  where: string
}

/** Pure: what one look, and those before it, say about the workload. */
export function decideWorkload(world: WorkloadWorld): Step<'WorkloadReady'> {
  const { result, where } = world
  if (result.kind === 'ok') return serving(where)
  if (world.hasServed) return decideFailing(world, result)
  const message = `${where} does not answer yet: ${result.detail}.`
  if (world.runningFor < world.bootLimit) return wait('Booting', `${where} does not answer yet.`, bootPace(world))
  return blocked(
    'BootTimedOut',
    `${message} It should have within spec.timeouts.boot. Look at cloud-init's log on the server.`,
    world.period,
  )
}

function decideFailing(world: WorkloadWorld, result: Exclude<ProbeResult, { kind: 'ok' }>): Step<'WorkloadReady'> {
  const { where, period } = world
  if (world.failures < world.failureThreshold) return serving(where)
  const reason = result.kind === 'http' || result.kind === 'tls' ? 'ProbeFailed' : 'Unreachable'
  return wait(reason, `${where} no longer answers: ${result.detail}.`, period)
}

/** Often at first, because most servers boot in half a minute; then ever more rarely, down to the probe's own period. */
function bootPace({ runningFor, leastPause, period }: WorkloadWorld): Duration {
  return Math.min(Math.max(runningFor / 20, leastPause), period)
}

/** A probe may be blocked on its way where Telegram is not: no error since it began to fail, and nothing waits. */
async function telegramGetsThrough(pass: Pass): Promise<boolean> {
  const { bot } = accessOf(pass)
  const { project, deps, signal } = pass
  const registered = getCondition(project.status?.conditions ?? [], 'WebhookReady')?.status === 'True'
  if (bot === undefined || !registered) return false
  const info = await bot.getWebhookInfo(signal)
  const failingSince = deps.memory.of(project.metadata.uid).probe.failingSince ?? deps.clock.now()
  return info.pendingUpdateCount === 0 && (info.lastErrorAt ?? 0) < failingSince
}
