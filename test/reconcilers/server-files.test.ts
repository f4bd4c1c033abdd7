import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { type ContractInput, contractFiles, environmentFile } from '../../src/reconcilers/server-files.ts'

const contract: ContractInput = {
  project: { namespace: 'shop', name: 'echo', uid: 'u-1' },
  webhook: { port: 8443, path: '/webhook', url: 'https://203.0.113.7:8443/webhook' },
  certificate: 'CERTIFICATE\n',
  key: 'KEY\n',
  telegram: { token: '1:t', secretToken: 's' },
  env: {},
}

describe('the contract files', () => {
  it('are these, with secrets readable by root alone', () => {
    expect(contractFiles({ ...contract, userDataHash: 'abc' }).map(({ path, mode }) => [path, mode])).toEqual([
      ['/etc/botyard/project.json', '0644'],
      ['/etc/botyard/tls.crt', '0644'],
      ['/etc/botyard/tls.key', '0600'],
      ['/etc/botyard/bot.env', '0600'],
    ])
  })

  it('tell everybody on the server who it is, and no secret', () => {
    const [about] = contractFiles({ ...contract, userDataHash: 'abc' })
    expect(JSON.parse(about?.content ?? '')).toEqual({
      namespace: 'shop',
      name: 'echo',
      uid: 'u-1',
      webhook: { port: 8443, path: '/webhook', url: 'https://203.0.113.7:8443/webhook' },
      userDataHash: 'abc',
    })
  })

  const envOf = (more: Partial<ContractInput>) => contractFiles({ ...contract, ...more })[3]?.content

  it('give the bot what it needs, and ours wins over the workload', () => {
    expect(envOf({ env: { PORT: '1', TELEGRAM_BOT_TOKEN: 'x', NAME: 'y' } })).toBe(
      [
        'NAME="y"',
        'PORT="8443"',
        'TELEGRAM_BOT_TOKEN="1:t"',
        'TELEGRAM_WEBHOOK_SECRET_TOKEN="s"',
        'TELEGRAM_WEBHOOK_URL="https://203.0.113.7:8443/webhook"',
        '',
      ].join('\n'),
    )
  })

  it('hold no TELEGRAM_ variable without a bot', () => {
    expect(envOf({ telegram: undefined, env: { A: 'b' } })).toBe('A="b"\nPORT="8443"\n')
  })
})

describe('an environment file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'environment-'))
  afterAll(() => rmSync(folder, { recursive: true }))

  it.each(['', '1A', 'A B', 'A=B', 'A\nB', 'Ä', '$(x)', 'A-B'])('refuses the name %j', (name) => {
    expect(() => environmentFile({ [name]: 'x' })).toThrow('not a valid name')
  })

  it('refuses a NUL and does not repeat the value', () => {
    expect(() => environmentFile({ A: 'secret\0' })).toThrow('NUL')
    expect(() => environmentFile({ A: 'secret\0' })).not.toThrow('secret')
  })

  it('treats __proto__ and constructor as names like others', () => {
    expect(environmentFile(JSON.parse('{"__proto__": "a", "constructor": "b"}'))).toBe(
      '__proto__="a"\nconstructor="b"\n',
    )
  })

  /** As systemd's env-file.c reads what stands in double quotes. */
  function readAsSystemd(file: string): Record<string, string> {
    const entries: [string, string][] = []
    let rest = file
    while (rest !== '') {
      const [line = '', name = '', quoted = ''] = /^([A-Z_]+)="((?:[^"\\]|\\[\s\S])*)"\n/.exec(rest) ?? []
      if (line === '') throw new Error('not an assignment')
      entries.push([
        name,
        quoted.replace(/\\([\s\S])/g, (both, next: string) => ('"\\`$'.includes(next) ? next : both)),
      ])
      rest = rest.slice(line.length)
    }
    return Object.fromEntries(entries)
  }

  const value = fc
    .oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc
        .array(fc.constantFrom('\\', '"', "'", '$', '`', '\n', '\r', '$(id)', '{X}', 'a', ' ', '#', '=', ';', '!'))
        .map((bits) => bits.join('')),
    )
    .map((any) => any.replaceAll('\0', '').toWellFormed())

  it('gives every value back, whatever it holds', () => {
    fc.assert(
      fc.property(value, value, (a, b) => {
        expect(readAsSystemd(environmentFile({ A: a, B: b }))).toEqual({ A: a, B: b })
      }),
    )
  })

  it('says the same to a shell, and runs nothing', () => {
    const path = join(folder, 'bot.env')
    fc.assert(
      fc.property(value, (a) => {
        writeFileSync(path, environmentFile({ A: a }))
        const shell = spawnSync('sh', ['-c', '. "$0"; printf %s "$A"', path], { encoding: 'utf8', env: {} })
        expect(shell.stderr).toBe('')
        expect(shell.stdout).toBe(a)
      }),
      { numRuns: 60 },
    )
  })
})
