// The golden traces are read by people and kept for ever: nothing in them may be secret, or true of one run alone.

import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { stories } from './stories.ts'
import { compareTraces } from './traces.ts'

const directory = path.join(import.meta.dirname, 'traces')
const names = (await readdir(directory)).filter((name) => name.endsWith('.txt'))

describe('golden traces', () => {
  it('are there for each story, and for nothing else', () => {
    expect(names.sort()).toEqual(stories.map(({ name }) => `${name}.txt`).sort())
  })

  it.each([
    { what: 'bot token', pattern: /\d{6,}:[A-Za-z0-9_-]{20,}/ },
    { what: 'Hetzner token', pattern: /[A-Za-z0-9]{64}/ },
    { what: 'bearer token', pattern: /bearer|eyJ[A-Za-z0-9_-]{10,}/i },
    { what: 'private key', pattern: /PRIVATE KEY/ },
    { what: 'uid', pattern: /[0-9a-f]{8}-[0-9a-f]{4}-/ },
    { what: 'address', pattern: /\d+\.\d+\.\d+\.\d+/ },
    { what: 'name of a namespace', pattern: /plan-[0-9a-z]/ },
    { what: 'id', pattern: /\/\d{4,}/ },
  ])('hold no $what', async ({ pattern }) => {
    for (const name of names) expect(await readFile(path.join(directory, name), 'utf8'), name).not.toMatch(pattern)
  })
})

describe('two traces', () => {
  const first =
    '# A story.\nhcloud      GET    /a  200\nhcloud      POST   /a  201\n\nkubernetes  PATCH  /projects/echo/status  200  Ready True\n'

  it('are the same when reads between two writes come in another order', () => {
    const other =
      '# A story.\nhcloud      POST   /a  201\nhcloud      GET    /a  200\n\nkubernetes  PATCH  /projects/echo/status  200  Ready False\n'
    expect(compareTraces(first, other)).toEqual({ missing: [], extra: [] })
  })

  it('differ by a call that is missing, one too many, and another answer', () => {
    const missing = first.replace('hcloud      GET    /a  200\n', '')
    expect(compareTraces(first, missing).missing).toEqual(['hcloud      GET    /a  200'])
    expect(compareTraces(missing, first).extra).toEqual(['hcloud      GET    /a  200'])
    expect(compareTraces(first, first.replace('201', '409')).extra).toEqual(['hcloud      POST   /a  409'])
  })

  it('are the same when time has added or dropped a look at what goes on', () => {
    const look = 'hcloud      GET    /actions?id=:id  200  1 action\n'
    expect(compareTraces(first + look, first)).toEqual({ missing: [], extra: [] })
    expect(compareTraces(first, first + look)).toEqual({ missing: [], extra: [] })
  })
})
