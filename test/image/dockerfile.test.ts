// What the Dockerfile says twice with other files of the repository, it says alike.

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { nodeFlags } from '../../scripts/lab/operator.ts'

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const dockerfile = read('Dockerfile')
const found = (pattern: RegExp, text: string): string[] => [...text.matchAll(pattern)].map(([, part]) => part as string)

describe('the Dockerfile', () => {
  it('builds and runs with the Node that the tests run with, by tags that name it', () => {
    const [build = '', runtime = ''] = found(/^ARG \w+_IMAGE=(\S+)$/gm, dockerfile)
    const major = process.versions.node.split('.')[0]
    expect(build).toMatch(new RegExp(`/node:${major}[.-]`))
    expect(runtime).toMatch(new RegExp(`/nodejs${major}-debian\\d+:nonroot$`))
  })

  it('runs the operator with the settings that the lab measures it with', () => {
    const lab = read('scripts/lab/operator.ts')
    const [entrypoint = '[]'] = found(/^ENTRYPOINT (.*)$/gm, dockerfile)
    const settings = (JSON.parse(entrypoint) as string[]).filter((word) => word.startsWith('--'))
    expect(settings).toEqual(nodeFlags)
    expect(found(/^ENV MALLOC_ARENA_MAX=(\d+)$/gm, dockerfile)).toEqual(found(/MALLOC_ARENA_MAX: '(\d+)'/g, lab))
  })

  it('is given what it copies, and nothing else of the repository', () => {
    const copied = found(/^COPY (?!--from)(.*) \S+$/gm, dockerfile).flatMap((files) => files.split(' '))
    const given = found(/^!(.*)$/gm, read('.dockerignore'))
    expect(given.toSorted()).toEqual(copied.toSorted())
    expect(read('.dockerignore')).toMatch(/^\*$/m)
  })
})
