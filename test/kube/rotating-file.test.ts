import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createRotatingFile } from '../../src/kube/rotating-file.ts'
import { fakeClock } from '../support/fake-clock.ts'

let directory: string
let file: string
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'botyard-file-'))
  file = path.join(directory, 'token')
  await writeFile(file, 'one\n')
})
afterEach(() => rm(directory, { recursive: true, force: true }))

describe('a rotating file', () => {
  it('is read again after a minute, or when it was dropped, and trimmed', async () => {
    const clock = fakeClock()
    const token = createRotatingFile(file, { clock })
    expect(await token.read()).toBe('one')
    await writeFile(file, ' two \n')
    await clock.advance(59_999)
    expect(await token.read()).toBe('one')
    await clock.advance(1)
    expect(await token.read()).toBe('two')
    await writeFile(file, 'three')
    token.drop()
    expect(await token.read()).toBe('three')
  })

  it('keeps its last content while it is away, and looks again each time', async () => {
    const clock = fakeClock()
    const token = createRotatingFile(file, { clock })
    await token.read()
    await rm(file)
    token.drop()
    expect(await token.read()).toBe('one')
    await writeFile(file, 'two')
    expect(await token.read()).toBe('two')
  })

  it('fails when it was never there', async () => {
    const token = createRotatingFile(path.join(directory, 'missing'), { clock: fakeClock() })
    await expect(token.read()).rejects.toThrow('Cannot read')
  })
})
