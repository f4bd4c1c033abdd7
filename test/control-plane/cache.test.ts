import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cached } from '../../scripts/control-plane/cache.ts'

let parent: string
let directory: string

beforeEach(async () => {
  parent = await mkdtemp(path.join(tmpdir(), 'botyard-cache-test-'))
  directory = path.join(parent, 'v1')
})
afterEach(() => rm(parent, { recursive: true }))

const write = (content: string) => (into: string) => writeFile(path.join(into, 'program'), content)
const content = () => readFile(path.join(directory, 'program'), 'utf8')

describe('cached', () => {
  it('fills once, however many ask at the same time', async () => {
    let fills = 0
    const fill = async (into: string) => {
      fills += 1
      await delay(50)
      await write(`fill ${fills}`)(into)
    }
    const answers = await Promise.all([1, 2, 3, 4].map(() => cached({ directory, fill, pollInterval: 5 })))
    expect(answers).toEqual([directory, directory, directory, directory])
    expect(fills).toBe(1)
    expect(await content()).toBe('fill 1')
    expect(await readdir(parent)).toEqual(['v1'])
  })

  it('does not fill what is there', async () => {
    await cached({ directory, fill: write('first') })
    await cached({ directory, fill: () => Promise.reject(new Error('must not be called')) })
    expect(await content()).toBe('first')
  })

  it('shows nothing under the final name until everything is there', async () => {
    let seen: string[] = []
    const fill = async (into: string) => {
      await write('half')(into)
      seen = await readdir(parent)
    }
    await cached({ directory, fill })
    expect(seen).toHaveLength(2)
    expect(seen).not.toContain('v1')
  })

  it('leaves nothing behind when filling fails, and the next one may try', async () => {
    await expect(cached({ directory, fill: () => Promise.reject(new Error('no way')) })).rejects.toThrow('no way')
    expect(await readdir(parent)).toEqual([])
    await cached({ directory, fill: write('second try') })
    expect(await content()).toBe('second try')
  })

  it('takes over the lock of a process that died', async () => {
    const lock = `${directory}.lock`
    await writeFile(lock, '')
    const longAgo = new Date(Date.now() - 60_000)
    await utimes(lock, longAgo, longAgo)
    await cached({ directory, fill: write('after a crash'), staleAfter: 30_000, pollInterval: 5 })
    expect(await content()).toBe('after a crash')
    expect(await readdir(parent)).toEqual(['v1'])
  })

  it('respects the lock of a process that lives, however long it takes', async () => {
    let fills = 0
    const slow = async (into: string) => {
      fills += 1
      await delay(400) // Longer than a lock lives without a sign of its owner.
      await write('slow')(into)
    }
    const options = { directory, staleAfter: 200, pollInterval: 20 }
    await Promise.all([cached({ ...options, fill: slow }), cached({ ...options, fill: slow })])
    expect(fills).toBe(1)
  })

  it('keeps the folder of another when both filled it', async () => {
    const fill = async (into: string) => {
      await write('mine')(into)
      await rm(`${directory}.lock`)
      await cached({ directory, fill: write('of another') })
    }
    expect(await cached({ directory, fill })).toBe(directory)
    expect(await content()).toBe('of another')
    expect(await readdir(parent)).toEqual(['v1'])
  })
})
