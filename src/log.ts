// Logs: one JSON object per line, each through the redaction gate as a whole line, so no field can go around it.

import { type Logger, pino, stdSerializers } from 'pino'
import type { Clock } from './clock.ts'

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent'

export interface LoggerDeps {
  level: LogLevel
  /** Gets one line at a time, with its newline; process.stdout fits. */
  destination: { write(line: string): unknown }
  /** Redactor.clean: keeps JSON valid, because it replaces only within strings. */
  redact: (text: string) => string
  clock: Clock
}

/** `time` is RFC 3339, `level` a word, `err` an error with type, message and stack. */
export function createLogger({ level, destination, redact, clock }: LoggerDeps): Logger {
  return pino(
    {
      level,
      base: null,
      serializers: { err: describeError },
      formatters: { level: (label) => ({ level: label }) },
      timestamp: () => `,"time":"${new Date(clock.now()).toISOString()}"`,
    },
    { write: (line) => void destination.write(redact(line)) },
  )
}

/** By the name it gives itself: that of its class is another one once the bundle is minified. */
function describeError(error: Error): unknown {
  const described = stdSerializers.err(error)
  return error instanceof Error ? { ...described, type: error.name } : described
}
