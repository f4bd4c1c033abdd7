// Where Helm comes from, in order, and what is said when there is none.

import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { deflateRawSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type FindHelmOptions, findHelm } from '../../scripts/helm/find-helm.ts'
import { zipEntry } from '../../scripts/helm/zip-entry.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'botyard-test-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

/** A program that says this version, as Helm does when asked. */
async function program(name: string, version: string): Promise<string> {
  const file = path.join(directory, name)
  await mkdir(path.dirname(file), { recursive: true })
  await writeFile(file, `#!/bin/sh\necho ${version}\n`)
  await chmod(file, 0o755)
  return file
}

/** On a machine with this and nothing else; what is fetched is counted. */
async function find(env: NodeJS.ProcessEnv, options: FindHelmOptions = {}) {
  let fetched = 0
  const helm = await findHelm({
    env: { PATH: path.join(directory, 'bin'), XDG_CACHE_HOME: path.join(directory, 'cache'), ...env },
    say: () => {},
    platform: 'linux-x64',
    async fill(into) {
      fetched += 1
      await writeFile(path.join(into, 'helm'), 'fetched')
    },
    ...options,
  })
  return { helm, fetched }
}

const cachedHelm = () => path.join(directory, 'cache', 'botyard', 'helm', 'helm-v4.1.4-linux-x64', 'helm')

describe('Helm', () => {
  it('is the one that HELM names, whatever its version', async () => {
    await program('bin/helm', 'v4.0.0')
    const HELM = await program('mine', 'v3.9.0')
    expect(await find({ HELM })).toEqual({ helm: HELM, fetched: 0 })
  })

  it('is not replaced in silence when the one that HELM names does not run', async () => {
    await expect(find({ HELM: '/nowhere/helm' })).rejects.toThrow('Cannot run /nowhere/helm, which HELM names')
  })

  it('is the one on the PATH when it is of the right version', async () => {
    await program('bin/helm', 'v4.0.0')
    expect(await find({})).toEqual({ helm: 'helm', fetched: 0 })
  })

  it('is fetched once when the one on the PATH is too old, and for all', async () => {
    await program('bin/helm', 'v3.19.0')
    expect(await find({})).toEqual({ helm: cachedHelm(), fetched: 1 })
    expect(await find({})).toEqual({ helm: cachedHelm(), fetched: 0 })
    expect(await readFile(cachedHelm(), 'utf8')).toBe('fetched')
  })

  it('is asked for where none can be fetched', async () => {
    await expect(find({}, { platform: 'darwin-arm64' })).rejects.toThrow(
      'Cannot find Helm 4: there is none on the PATH; install it, or name it in the environment variable HELM',
    )
    await program('bin/helm', 'v3.19.0')
    await expect(find({}, { platform: 'linux-arm64' })).rejects.toThrow('the one on the PATH is v3.19.0')
  })
})

describe('a file in a zip archive', () => {
  const files = { 'a/': '', 'a/plain': 'as it is', 'b/packed': 'over and over '.repeat(100), ü: 'ünïcode' }

  it.each(Object.entries(files))('%s is read as it was written', (name, content) => {
    expect(zipEntry(zipOf(files), name).toString()).toBe(content)
  })

  it('is missed by its name', () => {
    expect(() => zipEntry(zipOf(files), 'none')).toThrow('Cannot find none in the archive')
  })

  it.each([Buffer.alloc(0), Buffer.from('<html>'), zipOf(files).subarray(0, 200)])(
    'is not looked for in other bytes',
    (bytes) => {
      expect(() => zipEntry(bytes, 'a/plain')).toThrow('Cannot read the archive')
    },
  )
})

/** The other half of the format, written for these tests. */
function zipOf(contents: Record<string, string>): Buffer {
  const bodies: Buffer[] = []
  const directoryEntries: Buffer[] = []
  let offset = 0
  for (const [name, content] of Object.entries(contents)) {
    const method = content.length > 20 ? 8 : 0
    const data = method === 8 ? deflateRawSync(content) : Buffer.from(content)
    const title = Buffer.from(name)
    const local = Buffer.alloc(30)
    local.writeUInt32LE(0x04034b50, 0)
    // An extra field in the file's own header only, as some writers have.
    local.writeUInt16LE(title.length, 26)
    local.writeUInt16LE(4, 28)
    const body = Buffer.concat([local, title, Buffer.alloc(4), data])
    const entry = Buffer.alloc(46)
    entry.writeUInt32LE(0x02014b50, 0)
    entry.writeUInt16LE(method, 10)
    entry.writeUInt32LE(data.length, 20)
    entry.writeUInt16LE(title.length, 28)
    entry.writeUInt32LE(offset, 42)
    bodies.push(body)
    directoryEntries.push(Buffer.concat([entry, title]))
    offset += body.length
  }
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(directoryEntries.length, 10)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...bodies, ...directoryEntries, end])
}
