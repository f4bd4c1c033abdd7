import { describe, expect, it } from 'vitest'
import { createLogger, type LogLevel } from '../src/log.ts'
import { createRedactor } from '../src/redact.ts'
import { fakeClock } from './support/fake-clock.ts'

const secret = 'LRK9DAWQ1ZAEFSrCNEEzLCUwhYX1U3g7wMg4dTlkkDC96fyDuyJ39nVbVjCKSDfj'

function logging(level: LogLevel = 'info') {
  const lines: string[] = []
  const redactor = createRedactor()
  redactor.remember(secret)
  const log = createLogger({
    level,
    destination: { write: (line) => lines.push(line) },
    redact: redactor.clean,
    clock: fakeClock(Date.UTC(2026, 0, 2, 3, 4, 5, 6)),
  })
  return { log, lines }
}

describe('a log', () => {
  it('is one JSON object per line, with a level in words and the time of the clock', () => {
    const { log, lines } = logging()
    log.info({ project: 'shop/echo' }, 'Server\nis running')
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatch(/^[^\n]+\n$/)
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      level: 'info',
      time: '2026-01-02T03:04:05.006Z',
      project: 'shop/echo',
      msg: 'Server\nis running',
    })
  })

  it('calls an error by the name it gives itself, which a bundler cannot change', () => {
    const { log, lines } = logging()
    class X extends Error {
      override name = 'ApiError'
    }
    log.warn({ err: new X('Cannot GET /: no answer') }, 'A pass could not go on')
    expect(JSON.parse(lines[0] ?? '').err).toMatchObject({ type: 'ApiError', message: 'Cannot GET /: no answer' })
  })

  it('keeps what is below its level to itself', () => {
    const { log, lines } = logging('warn')
    log.info('no')
    log.warn('yes')
    expect(lines.map((line) => JSON.parse(line).msg)).toEqual(['yes'])
  })

  it('never holds a secret, wherever one stands', () => {
    const { log, lines } = logging('trace')
    const cause = new Error(`cause ${secret}`)
    const error = Object.assign(new Error(`Cannot: ${secret}`, { cause }), {
      request: { headers: { authorization: `Bearer ${secret}` } },
    })
    log.info(secret)
    log.info({ [secret]: 1 }, 'as a key')
    log.info({ deep: { list: [{ value: `x${secret}y` }] } })
    log.info('%s and %j', secret, { secret })
    log.error({ err: error }, 'failed')
    log.error(error)
    log.child({ token: secret }).warn('child')
    log.debug({ url: `https://x.test/?t=${Buffer.from(secret).toString('base64url')}` })
    expect(lines).toHaveLength(8)
    for (const line of lines) {
      expect(line).toContain('[redacted]')
      expect(line).not.toContain(secret.slice(0, 12))
      expect(() => JSON.parse(line)).not.toThrow()
    }
  })

  it('tells an error with its message, stack and cause', () => {
    const { log, lines } = logging()
    log.error({ err: new Error('Cannot X: Y', { cause: new Error('Z') }) }, 'failed')
    const { err } = JSON.parse(lines[0] ?? '')
    expect(err).toMatchObject({ type: 'Error', message: expect.stringContaining('Cannot X: Y') })
    expect(err.stack).toContain('Z')
  })
})
