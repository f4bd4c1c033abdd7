// User data as cloud-init reads it: packing, MIME, merging, write_files.

import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mergeCloudConfig } from '../../../simulators/vps/cloud-config.ts'
import { defaultMergers, merge, parseMergers } from '../../../simulators/vps/merge.ts'
import { parseUserData } from '../../../simulators/vps/user-data.ts'
import { type Disk, writeFiles } from '../../../simulators/vps/write-files.ts'
import { cloudConfig, mergeType, mime, type Part, zipped } from './user-data.ts'

const configOf = (userData: string) => mergeCloudConfig(parseUserData(userData))
const shapesOf = (userData: string) => parseUserData(userData).map(({ contentType, content }) => [contentType, content])

describe('user data', () => {
  const text = '#cloud-config\nhostname: größer\n'
  it.each([
    ['plain', text],
    ['base64', Buffer.from(text).toString('base64')],
    ['base64 with a newline at its end', `${Buffer.from(text).toString('base64')}\n`],
    ['base64 of gzip', zipped(text)],
    ['a MIME message', mime([{ type: 'text/cloud-config', body: text }])],
    ['a MIME message with bare newlines', mime([{ type: 'text/cloud-config', body: text }], { newline: '\n' })],
    ['base64 of gzip of a MIME message', zipped(mime([{ type: 'text/cloud-config', body: text }]))],
    ['a MIME message with a base64 part', mime([{ type: 'text/cloud-config', body: text, encoding: 'base64' }])],
    ['a quoted-printable part', mime([{ type: 'text/cloud-config', body: text, encoding: 'quoted-printable' }])],
    ['a part that only its beginning tells', mime([{ type: 'text/plain; charset="utf-8"', body: text }])],
    [
      'a message in a message',
      mime([
        {
          type: 'multipart/mixed; boundary=inner',
          body: `--inner\r\nContent-Type: text/cloud-config\r\n\r\n${text}\r\n--inner--\r\n`,
        },
      ]),
    ],
  ])('is read when it is %s', (_, userData) => {
    expect(configOf(userData).config).toEqual({ hostname: 'größer' })
  })

  it('that is base64 broken into lines is no base64', () => {
    const broken = Buffer.from(text).toString('base64').replace(/.{10}/g, '$&\n')
    expect(shapesOf(broken)[0]?.[0]).toBe('text/plain')
  })

  it.each([
    ['#!/bin/sh\ntrue\n', 'text/x-shellscript'],
    ['#cloud-boothook\n', 'text/cloud-boothook'],
    ['#include\nhttps://example.com\n', 'text/x-include-url'],
    ['#cloud-config-archive\n[]\n', 'text/cloud-config-archive'],
    ['## template: jinja\n#cloud-config\n', 'text/jinja2'],
    ['  #CLOUD-CONFIG\na: 1\n', 'text/cloud-config'],
    ['just words', 'text/plain'],
  ])('that begins %j is %s', (beginning, type) => {
    expect(shapesOf(beginning)).toEqual([[type, beginning]])
  })

  it('whose gzip data is damaged throws', () => {
    expect(() => parseUserData(gzipSync(text).subarray(0, 30).toString('base64'))).toThrow()
  })

  it('gives back every part of any MIME message, in order, whatever they hold', () => {
    const body = fc.string({ unit: 'grapheme' }).filter((one) => one.trim() !== '' && !one.includes('\r'))
    const part: fc.Arbitrary<Part> = fc.record({
      type: fc.constantFrom('text/cloud-config', 'text/x-something'),
      body,
      encoding: fc.constantFrom('base64' as const, 'quoted-printable' as const),
    })
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), fc.boolean(), (parts, zip) => {
        const message = mime(parts)
        expect(shapesOf(zip ? zipped(message) : message)).toEqual(parts.map((one) => [one.type, one.body]))
      }),
    )
  })
})

describe('merging', () => {
  const base = { list: ['a'], map: { x: 1 }, text: 'old', only: 'base' }
  const addition = { list: ['b'], map: { x: 2, y: 3 }, text: 'new', more: 'addition' }
  it.each([
    [defaultMergers, { list: ['b'], map: { x: 2, y: 3 }, text: 'new', only: 'base', more: 'addition' }],
    [mergeType, { list: ['a', 'b'], map: { x: 1, y: 3 }, text: 'old', only: 'base', more: 'addition' }],
    [
      'list(append)+dict(recurse_list)+str()',
      { list: ['b'], map: { x: 2, y: 3 }, text: 'new', only: 'base', more: 'addition' },
    ],
    [
      'dict(no_replace, recurse_list)+list(prepend)',
      { list: ['b', 'a'], map: { x: 1, y: 3 }, text: 'old', only: 'base', more: 'addition' },
    ],
    [
      'dict(no_replace,recurse_list,recurse_str)+list()+str(append)',
      { list: ['b'], map: { x: 1, y: 3 }, text: 'oldnew', only: 'base', more: 'addition' },
    ],
    ['list(append)', base],
  ])('by %s', (how, wanted) => {
    expect(merge(base, addition, parseMergers(how))).toEqual(wanted)
  })

  const lists = fc.dictionary(fc.constantFrom('runcmd', 'write_files', 'packages'), fc.array(fc.string()))
  const noPrototype = fc.jsonValue().filter((value) => !JSON.stringify(value).includes('__proto__'))

  it('with our merge type keeps every list item of both parts, the first part in front', () => {
    fc.assert(
      fc.property(lists, lists, (first, second) => {
        const merged = merge(first, second, parseMergers(mergeType)) as Record<string, string[]>
        for (const key of new Set([...Object.keys(first), ...Object.keys(second)]))
          expect(merged[key]).toEqual([...(first[key] ?? []), ...(second[key] ?? [])])
      }),
    )
  })

  it('with nothing leaves everything as it is', () => {
    fc.assert(
      fc.property(noPrototype, fc.constantFrom(defaultMergers, mergeType), (value, how) => {
        const config = { value }
        expect(merge(config, {}, parseMergers(how))).toEqual(config)
        expect(merge({}, config, parseMergers(how))).toEqual(config)
      }),
    )
  })
})

describe('parts', () => {
  const headers = { 'X-Merge-Type': mergeType }
  const user = (body: string): Part => ({ type: 'text/cloud-config', body, headers })
  const ours: Part = { type: 'text/cloud-config', body: cloudConfig({ write_files: [{ path: '/ours' }] }), headers }
  const paths = (userData: string) =>
    (configOf(userData).config['write_files'] as { path: string }[]).map(({ path }) => path)

  it('are joined when both say how', () => {
    const theirs = user(cloudConfig({ write_files: [{ path: '/theirs' }] }))
    expect(paths(mime([theirs, ours]))).toEqual(['/theirs', '/ours'])
  })

  it('come through a user part that asks for replacement, as long as ours is last', () => {
    const greedy = user('#cloud-config\nmerge_how: "dict(replace)+list()"\nwrite_files: [{path: /theirs}]\n')
    expect(paths(mime([greedy, ours]))).toEqual(['/theirs', '/ours'])
    expect(paths(mime([ours, greedy]))).toEqual(['/theirs'])
  })

  it('erase one another when they say nothing', () => {
    const silent: Part = { type: 'text/cloud-config', body: cloudConfig({ write_files: [{ path: '/theirs' }] }) }
    expect(paths(mime([ours, silent]))).toEqual(['/theirs'])
  })

  it.each([
    ['#cloud-config\n- a list\n', 'is no YAML mapping'],
    ['#cloud-config\nsecret: "s3cr3t\n', 'is no valid YAML'],
    ['#cloud-config\nmerge_how: nonsense\na: 1\n', 'Cannot read merge type'],
  ])('that cannot be read are left out and mentioned without their content: %j', (body, text) => {
    const { config, warnings } = configOf(mime([user(body), ours]))
    expect(config).toEqual({ write_files: [{ path: '/ours' }] })
    expect(warnings).toEqual([expect.stringContaining(text)])
    expect(warnings.join()).not.toContain('s3cr3t')
  })
})

describe('write_files', () => {
  const write = (...entries: unknown[]) => {
    const disk: Disk = new Map()
    const warnings = writeFiles(disk, { write_files: entries })
    return { disk, warnings, text: (path: string) => disk.get(path)?.content.toString() }
  }
  const content = 'zeile\n'
  const base64 = Buffer.from(content).toString('base64')
  it.each([
    [undefined, content],
    ['text/plain', content],
    ['b64', base64],
    ['base64', base64],
    ['gz+b64', zipped(content)],
    ['gzip+base64', zipped(content)],
    ['GZ+BASE64', zipped(content)],
  ])('decodes %s', (encoding, encoded) => {
    expect(write({ path: '/a', content: encoded, ...(encoding !== undefined && { encoding }) }).text('/a')).toBe(
      content,
    )
  })

  it.each([
    ['"0600"', 0o600],
    ['"0644"', 0o644],
    ['0640', 0o640],
    ['"rw-r--r--"', 0o644],
    ['null', 0o644],
  ])('takes permissions %s', (permissions, mode) => {
    const userData = `#cloud-config\nwrite_files: [{path: /a, content: x, permissions: ${permissions}}]\n`
    const disk: Disk = new Map()
    writeFiles(disk, configOf(userData).config)
    expect(disk.get('/a')?.mode).toBe(mode)
  })

  it('replaces, or appends when it is told to', () => {
    const { text } = write(
      { path: '/a', content: '1' },
      { path: '/a', content: '2' },
      { path: '/a', content: '3', append: true },
    )
    expect(text('/a')).toBe('23')
  })

  it('ends its round at the first failure, so that later files are missing', () => {
    const { disk, warnings } = write(
      { path: '/1', content: 'x' },
      { path: '/2', content: 'x', encoding: 'gzip' },
      { path: '/3', content: 'x' },
      { path: '/4', content: 'x', defer: true, owner: 'caddy:caddy' },
    )
    expect([...disk.keys()]).toEqual(['/1', '/4'])
    expect(warnings).toEqual(['write_files: /2: Cannot decompress content: it is no gzip data'])
  })

  it('fails at an owner that no package has brought yet', () => {
    const { disk, warnings } = write({ path: '/1', content: 'x', owner: 'root:caddy' }, { path: '/2', content: 'x' })
    expect([...disk.keys()]).toEqual(['/1'])
    expect(warnings).toEqual(['write_files: /1: Unknown user or group: caddy'])
  })

  it('passes over entries without path or content', () => {
    const { disk, warnings } = write({ content: 'x' }, { path: '/1' }, 'nonsense', { path: '/2', content: '' })
    expect([...disk.keys()]).toEqual(['/2'])
    expect(warnings.length).toBe(2)
  })
})
