// `npm run simulators` as a process: flags, the ready line, a clean stop.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { parseFlags } from '../../simulators/flags.ts'

const running = new Set<ChildProcess>()
const directories: string[] = []
afterEach(async () => {
  for (const child of running) child.kill('SIGKILL')
  running.clear()
  await Promise.all(directories.splice(0).map((directory) => rm(directory, { recursive: true })))
})

function run(...flags: string[]) {
  const child = spawn(process.execPath, ['simulators/main.ts', ...flags], { stdio: ['ignore', 'pipe', 'pipe'] })
  running.add(child)
  const output = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk) => {
    output.stdout += chunk
  })
  child.stderr.on('data', (chunk) => {
    output.stderr += chunk
  })
  const ended = once(child, 'close').then(([code]) => code as number | null)
  const ready = async () => {
    while (!output.stdout.includes('\n')) await Promise.race([once(child.stdout, 'data'), ended])
    return JSON.parse(output.stdout) as { hcloud: string; telegram: string }
  }
  return { child, output, ended, ready }
}

async function planFile(plan: object): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'fault-plan-'))
  directories.push(directory)
  const file = path.join(directory, 'plan.json')
  await writeFile(file, JSON.stringify(plan))
  return file
}

describe('the process', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('prints one line, serves, and stops on %s', async (signal) => {
    const { child, output, ended, ready } = run('--speed', '50', '--seed', '7')
    const urls = await ready()
    expect(urls.hcloud).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/v1$/)
    const unauthorized = await fetch(`${urls.hcloud}/servers`, { headers: { authorization: 'Bearer short' } })
    expect(unauthorized.status).toBe(401)
    const bot = `${urls.telegram}/bot123456789:${'A'.repeat(35)}`
    expect(await (await fetch(`${bot}/getMe`)).json()).toMatchObject({ ok: true })
    const waiting = fetch(`${bot}/getUpdates?timeout=50`).catch((error: unknown) => error)
    await new Promise((resolve) => setTimeout(resolve, 50))
    child.kill(signal)
    expect(await ended).toBe(0)
    expect(await waiting).toBeInstanceOf(Error)
    expect(output.stderr).toBe('')
    expect(output.stdout.trimEnd().split('\n').length).toBe(1)
  })

  it('says every mistake in one line and exits with 2', async () => {
    const { output, ended } = run('--speed', '0', '--prot=1', 'x', '--seed')
    expect(await ended).toBe(2)
    expect(output.stdout).toBe('')
    expect(output.stderr.trimEnd().split('\n').length).toBe(4)
  })

  it('exits with 1 when a port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const { output, ended } = run('--telegram-port', String(port))
    expect(await ended).toBe(1)
    expect(output.stderr).toMatch(/^Cannot start the simulators: .*EADDRINUSE.*\n$/)
    other.close()
  })

  it('begins with the fault plan that it is given', async () => {
    const file = await planFile({ faults: [{ kind: 'status', status: 503, world: 'hcloud', route: 'GET *' }] })
    const { ready } = run('--faults', file)
    expect((await fetch(`${(await ready()).hcloud}/servers`)).status).toBe(503)
  })

  it('says every mistake of a fault plan in one line, with the file, and exits with 2', async () => {
    const file = await planFile({ faults: [{ kind: 'before' }, { kind: 'nothing' }] })
    const { output, ended } = run('--faults', file)
    expect(await ended).toBe(2)
    expect(output.stderr.trimEnd().split('\n')).toEqual([
      expect.stringContaining(`${file}: faults[0].world must be one of`),
      expect.stringContaining(`${file}: faults[0].route must be`),
      expect.stringContaining(`${file}: faults[1].kind must be one of`),
    ])
    const missing = run('--faults', `${file}.none`)
    expect(await missing.ended).toBe(2)
    expect(missing.output.stderr).toMatch(/none: cannot be read: .*\n$/)
  })

  it('explains its flags', async () => {
    const { output, ended } = run('--help')
    expect(await ended).toBe(0)
    expect(output.stdout).toContain('--no-new-bot-throttle')
  })
})

describe('the flags', () => {
  it('have defaults', () => {
    expect(parseFlags([])).toEqual({
      kind: 'flags',
      flags: {
        ...{ hcloudPort: 0, telegramPort: 0, speed: 1, seed: 1, createSeconds: 10, bootSeconds: 15 },
        ...{ newBotThrottle: true, allowReserved: true },
      },
    })
  })

  it('are taken with a space or an equals sign', () => {
    const args = ['--hcloud-port=80', '--speed', '2.5', '--no-new-bot-throttle', '--refuse-reserved-addresses']
    expect(parseFlags([...args, '--create-seconds', '0', '--boot-seconds=1'])).toMatchObject({
      flags: {
        hcloudPort: 80,
        speed: 2.5,
        newBotThrottle: false,
        allowReserved: false,
        createSeconds: 0,
        bootSeconds: 1,
      },
    })
  })

  it.each([
    [['--hcloud-port', '65536'], /^--hcloud-port must be a port/],
    [['--telegram-port', 'http'], /^--telegram-port must be a port/],
    [['--speed', '0'], /^--speed must be a number above 0, not '0'/],
    [['--speed', 'Infinity'], /^--speed/],
    [['--seed', '1.5'], /^--seed must be a whole number/],
    [['--create-seconds=-1'], /^--create-seconds must be a number of seconds, not '-1'/],
    [['--boot-seconds='], /^--boot-seconds/],
    [['--boot-seconds'], /^--boot-seconds needs a value/],
    [['--no-new-bot-throttle=1'], /takes no value/],
    [['--port', '1'], /^--port is not known/],
  ])('%j are refused', (args, text) => {
    const parsed = parseFlags(args)
    expect(parsed.kind === 'mistakes' ? parsed.mistakes[0] : parsed).toMatch(text)
  })
})
