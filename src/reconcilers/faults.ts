// What a step threw, turned into what happens next. The providers classify; here each class gets its pace and its words, once.

import { clip, timestamp } from '../api/conditions.ts'
import type { ProjectStatus } from '../api/project.ts'
import { statusLimits } from '../api/status.ts'
import { type Duration, minutes, seconds } from '../clock.ts'
import { isApiError } from '../kube/api-error.ts'
import { type ErrorClass, isHcloudError } from '../providers/hcloud/errors.ts'
import { isTelegramError } from '../providers/telegram/telegram-error.ts'
import type { Pass } from './pass.ts'
import { type Step, unobserved } from './step.ts'

export interface Fault {
  errorClass: ErrorClass
  code: string
  message: string
  remedy?: string | undefined
  correlationID?: string | undefined
  /** The earliest useful next try, in milliseconds from now. */
  retryAfter?: Duration | undefined
}

/** Pure: the classification that the thrower gave, or `Bug` for a surprise. */
export function faultOf(error: unknown): Fault {
  if (isHcloudError(error) || isTelegramError(error)) {
    const { errorClass, code, message, remedy, retryAfter } = error
    return {
      errorClass,
      code,
      message,
      remedy,
      retryAfter,
      ...(isHcloudError(error) && { correlationID: error.correlationID }),
    }
  }
  if (isApiError(error))
    return {
      errorClass: 'Transient',
      code: error.reason || `http_${error.status}`,
      message: error.message,
      retryAfter: error.retryAfter,
    }
  const message = error instanceof Error ? error.message : String(error)
  return {
    errorClass: 'Bug',
    code: 'unexpected',
    message,
    remedy: 'None needed: it is tried again. If it stays, report it with the log of the operator.',
  }
}

/** A failed reading or write: everything judged before stays, and the Project is looked at again when that is useful. */
export function faultStep(pass: Pass, error: unknown): Step {
  const fault = faultOf(error)
  const memory = pass.deps.memory.of(pass.project.metadata.uid)
  memory.failures += 1
  pass.deps.onFault(error, pass.project)
  const after = paceOf(fault, memory.failures, pass.deps.random())
  pass.draft.lastError = lastError(pass, fault)
  return unobserved(fault.errorClass === 'Throttled' ? 'WaitingForRateLimit' : 'Retrying', `${fault.message}.`, after)
}

const longest = minutes(5)

/** As told, plus jitter; else doubling from 1 s. A refused token is looked into at once: the credentials step words what is wrong. */
export function paceOf(fault: Fault, failures: number, random: number): Duration {
  if (fault.errorClass === 'Auth') return seconds(1)
  if (fault.retryAfter !== undefined) return fault.retryAfter * (1 + random / 4) + random * seconds(1)
  const ceiling = Math.min(seconds(2 ** Math.min(failures, 10)), longest)
  return ceiling / 2 + (random * ceiling) / 2
}

/** The same trouble again is not news: its time stays that of its first appearance, so that retries write nothing. */
function lastError({ draft, deps }: Pass, fault: Fault): NonNullable<ProjectStatus['lastError']> {
  const { lastError: previous } = draft
  if (previous?.class === fault.errorClass && previous.code === fault.code) return previous
  return {
    class: fault.errorClass,
    code: fault.code,
    message: clip(fault.message, statusLimits.message),
    ...(fault.remedy !== undefined && { remedy: clip(fault.remedy, statusLimits.remedy) }),
    ...(fault.correlationID !== undefined && { correlationID: fault.correlationID }),
    at: timestamp(deps.clock.now()),
  }
}
