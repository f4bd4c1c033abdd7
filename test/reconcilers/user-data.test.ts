import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ContractInput, contractFiles, type ServerFile } from '../../src/reconcilers/server-files.ts'
import { composeUserData, UserDataTooLarge, userDataLimit } from '../../src/reconcilers/user-data.ts'
import { UnsupportedUserData } from '../../src/reconcilers/user-part.ts'
import { type Entity, readMIME } from './mime-reader.ts'

const contract: ContractInput = {
  project: { namespace: 'shop', name: 'echo', uid: '7d0c2a52-1111-4222-8333-444455556666' },
  webhook: { port: 8443, path: '/webhook', url: 'https://203.0.113.7:8443/webhook' },
  certificate: '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n',
  key: '-----BEGIN PRIVATE KEY-----\nMIGH\n-----END PRIVATE KEY-----\n',
  telegram: { token: '123456789:AAE-kq3xTz7_Yp0aBcDeFgHiJkLmNoPqRsT', secretToken: 's3cret' },
  env: {},
}
const compose = (userPart?: string, more: Partial<ContractInput> = {}) =>
  composeUserData({ userPart, files: (userDataHash) => contractFiles({ ...contract, ...more, userDataHash }) })

/** What Hetzner's datasource makes of user data before it hands it on. */
const unpack = (data: string): string =>
  /^[A-Za-z0-9+/]+=*$/.test(data) ? gunzipSync(Buffer.from(data, 'base64')).toString('utf8') : data

interface CloudConfig {
  bootcmd: string[][]
  write_files: { path: string; owner: string; permissions: string; content: string; encoding?: string }[]
}

function configOf(part: Entity | undefined): CloudConfig {
  const content = part?.content ?? ''
  expect(content.startsWith('#cloud-config\n')).toBe(true)
  return JSON.parse(content.slice('#cloud-config\n'.length))
}

const filesOf = (part: Entity | undefined): ServerFile[] =>
  configOf(part).write_files.map(({ path, permissions, content, encoding }) => ({
    path,
    mode: permissions,
    content: encoding === 'b64' ? Buffer.from(content, 'base64').toString('utf8') : content,
  }))

const script = '#!/bin/sh\necho hello\n'

describe('user data', () => {
  it("is the user's part first and ours last, both with the merge header", () => {
    const message = readMIME(compose(script).data)
    expect(message.headers['mime-version']).toBe('1.0')
    expect(message.parts).toHaveLength(2)
    const [user, ours] = message.parts
    expect(user?.content).toBe(script)
    expect(user?.headers['content-type']).toMatch(/^text\/x-shellscript/)
    expect(ours?.headers['content-type']).toMatch(/^text\/cloud-config/)
    for (const part of message.parts) {
      expect(part.headers['x-merge-type']).toBe('list(append)+dict(no_replace,recurse_list)+str()')
    }
  })

  it('closes the metadata service, which would tell it to every process', () => {
    expect(configOf(readMIME(compose().data).parts[0]).bootcmd).toEqual([
      ['ip', '-6', 'rule', 'add', 'to', 'fe80::a9fe:a9fe/128', 'prohibit', 'pref', '1'],
      ['ip', 'route', 'replace', 'prohibit', '169.254.169.254/32'],
    ])
  })

  it.each([undefined, '', ' \n'])('is ours alone when the user has none: %j', (userPart) => {
    expect(readMIME(compose(userPart).data).parts).toHaveLength(1)
  })

  it('carries the contract files with their modes, owned by root', () => {
    const { data, hash } = compose(script)
    const ours = readMIME(data).parts[1]
    expect(filesOf(ours)).toEqual(contractFiles({ ...contract, userDataHash: hash }))
    expect(new Set(configOf(ours).write_files.map((file) => file.owner))).toEqual(new Set(['root:root']))
  })

  it('is the same for the same input', () => {
    const env = { B: '2', A: '1' }
    expect(compose(script, { env })).toEqual(compose(script, { env: { A: '1', B: '2' } }))
  })

  it.each([
    ['the user part', () => compose(`${script}\n`)],
    ['the environment', () => compose(script, { env: { A: '1' } })],
    ['the key', () => compose(script, { key: 'other' })],
    ['the bot token', () => compose(script, { telegram: { token: 'other', secretToken: 's3cret' } })],
    ['the path', () => compose(script, { webhook: { ...contract.webhook, path: '/other' } })],
  ])('has another hash after a change of %s', (_name, changed) => expect(changed().hash).not.toBe(compose(script).hash))

  it('has a hash over what was asked for, without the hash itself', () => {
    const files = contractFiles(contract)
    const expected = createHash('sha256')
      .update(JSON.stringify({ userPart: script, files }))
      .digest('hex')
    expect(compose(script).hash).toBe(expected)
    const [about] = filesOf(readMIME(compose(script).data).parts[1])
    expect(JSON.parse(about?.content ?? '')).toMatchObject({ userDataHash: expected })
  })
})

const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ unit: 'binary-ascii', maxLength: 300 }),
  fc
    .array(
      fc.constantFrom(
        '\n',
        '\r',
        '\r\n',
        '--',
        '=_botyard_',
        'From ',
        '\t',
        '.',
        '"',
        '\\',
        'é',
        '\u2028',
        '\u0085',
        '😀',
        '{{',
        '\u007f',
      ),
    )
    .map((bits) => bits.join('')),
)
const text = texts.map((any) => any.replaceAll('\0', ''))
const beginning = fc.constantFrom(
  '#!/bin/sh\n',
  '#cloud-config\n',
  '#cloud-boothook\n',
  '#part-handler\n',
  '## template: jinja\n',
  '#include\n',
)

const userParts = fc.tuple(beginning, text).map(([start, rest]) => start + rest)

describe('any text', () => {
  it('survives as user part and as environment, and breaks out of nowhere', () => {
    fc.assert(
      fc.property(userParts, fc.nat(2_000), text, (begun, padding, value) => {
        const userPart = begun + '\n# padding'.repeat(padding)
        const { data, hash } = compose(userPart, { env: { VALUE: value } })
        const { parts } = readMIME(unpack(data))
        expect(parts).toHaveLength(2)
        expect(parts[0]?.content).toBe(userPart)
        expect(filesOf(parts[1])).toEqual(contractFiles({ ...contract, env: { VALUE: value }, userDataHash: hash }))
      }),
    )
  })

  it('leaves the message in characters that no reader changes', () => {
    fc.assert(
      fc.property(userParts, text, (userPart, value) => {
        expect(unpack(compose(userPart, { env: { VALUE: value } }).data)).toMatch(/^[\t\r\n\x20-\x7e]*$/)
      }),
    )
  })

  const python = `
import base64, email, json, sys
for line in sys.stdin:
    message = email.message_from_string(base64.b64decode(line).decode())
    parts = [part for part in message.walk() if not part.is_multipart()]
    print(json.dumps([base64.b64encode(part.get_payload(decode=True)).decode() for part in parts]))
`
  const hasPython = spawnSync('python3', ['-c', 'import email']).status === 0
  it.skipIf(!hasPython)('survives in the parser that cloud-init uses', () => {
    const samples = fc.sample(userParts, 200)
    const input = samples.map((userPart) => Buffer.from(unpack(compose(userPart).data)).toString('base64'))
    const seen = spawnSync('python3', ['-c', python], {
      input: `${input.join('\n')}\n`,
      encoding: 'utf8',
      maxBuffer: 1e8,
    })
    expect(seen.stderr).toBe('')
    const firstParts = seen.stdout
      .trim()
      .split('\n')
      .map((line) => Buffer.from(JSON.parse(line)[0], 'base64').toString('utf8'))
    expect(firstParts).toEqual(samples.map((part) => part.toWellFormed()))
  })
})

describe("the user's part", () => {
  it.each([
    ['#cloud-config\npackages: [a]', 'text/cloud-config'],
    ['#Cloud-Config\n', 'text/cloud-config'],
    ['\n\n  #cloud-config\n', 'text/cloud-config'],
    ['#cloud-config-archive\n- #!/bin/sh', 'text/cloud-config-archive'],
    ['#cloud-config-jsonp\n[]', 'text/cloud-config-jsonp'],
    ['#!/usr/bin/env python3\n', 'text/x-shellscript'],
    ['#cloud-boothook\n', 'text/cloud-boothook'],
    ['#include\nhttps://x.test', 'text/x-include-url'],
    ['#include-once\nhttps://x.test', 'text/x-include-once-url'],
    ['#part-handler\n', 'text/part-handler'],
    ['## template: jinja\n#cloud-config\n', 'text/jinja2'],
  ])('%j has the type %s', (userPart, type) => {
    expect(readMIME(compose(userPart).data).parts[0]?.headers['content-type']).toBe(`${type}; charset="utf-8"`)
  })

  const nested =
    'Content-Type: multipart/mixed; boundary="b"\nMIME-Version: 1.0\n\n--b\nContent-Type: text/x-shellscript\n\n#!/bin/sh\n\n--b\nContent-Type: text/cloud-config\n\n#cloud-config\n--b--\n'
  it.each([nested, nested.replaceAll('\n', '\r\n')])('may be a MIME message: it goes in as it is', (userPart) => {
    const { data } = compose(userPart)
    expect(data).toContain(userPart)
    const [user, ours] = readMIME(data).parts
    expect(user?.parts.map((part) => part.content.trim())).toEqual(['#!/bin/sh', '#cloud-config'])
    expect(configOf(ours).write_files).toHaveLength(4)
  })

  it('may be a MIME message that never ends: ours is still read', () => {
    const { data } = compose(
      'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: text/plain\n\nx',
    )
    expect(data.lastIndexOf('#cloud-config')).toBeGreaterThan(data.indexOf('boundary="b"'))
    const boundary = /boundary="(=_botyard_[0-9a-f]+)"/.exec(data)?.[1]
    expect(data.split(`--${boundary}`)).toHaveLength(4)
  })

  it.each([
    ['echo hello', 'must begin with'],
    ['# cloud-config\n', 'must begin with'],
    ['Dear cloud,\n\nplease: start', 'must begin with'],
    ['key: value\n', 'must begin with'],
    ['Subject: x\n\n#cloud-config', 'no Content-Type'],
    ['\u001f\ufffd\u0008', 'compressed'],
    ['H4sIAAAAAAAAA0vKLAIAV2Ei9gMAAAA=', 'compressed'],
    ['#!/bin/sh\0', 'binary'],
  ])('is refused when cloud-init would not run it: %j', (userPart, why) => {
    expect(() => compose(userPart)).toThrow(UnsupportedUserData)
    expect(() => compose(userPart)).toThrow(why)
  })

  it('is judged in no time, however long its headers are', () => {
    expect(() => compose('a: b\n'.repeat(4_000))).toThrow(UnsupportedUserData)
  })
})

/** Letters that do not compress. */
const noise = (bytes: number): string => {
  let block = createHash('sha512').update('seed').digest()
  let result = ''
  for (; result.length < bytes; block = createHash('sha512').update(block).digest()) result += block.toString('base64')
  return result.slice(0, bytes)
}

describe('size', () => {
  it('stays readable while it is small and is compressed when it is not', () => {
    expect(compose(script).data).toContain('MIME-Version: 1.0')
    const large = compose(script + '# comment\n'.repeat(2_000))
    expect(large.data).toMatch(/^[A-Za-z0-9+/]+=*$/)
    expect(large.data.length).toBeLessThan(8_000)
  })

  it('never exceeds the limit for any user part of 24 KiB', () => {
    expect(compose(script + noise(24 * 1024 - script.length)).data.length).toBeLessThanOrEqual(userDataLimit)
  })

  it('over the limit is refused with the sizes of the parts', () => {
    const userPart = script + noise(40_000)
    const failure = (() => {
      try {
        return compose(userPart)
      } catch (error) {
        return error
      }
    })()
    expect(failure).toBeInstanceOf(UserDataTooLarge)
    const { sizes, limit, message } = failure as UserDataTooLarge
    expect(limit).toBe(32_768)
    const bytesOf = Object.fromEntries(sizes.map(({ part, bytes }) => [part, bytes]))
    expect(bytesOf).toMatchObject({ user: userPart.length })
    expect(bytesOf['sent']).toBeGreaterThan(limit)
    expect(message).toContain(`yours ${userPart.length}`)
    expect(message).toContain('32768')
  })

  it('is counted in bytes, not in characters', () => {
    const bytes = compose(`${script}# ${'é'.repeat(100)}`).sizes.find((size) => size.part === 'user')?.bytes
    expect(bytes).toBe(script.length + 2 + 200)
  })
})
