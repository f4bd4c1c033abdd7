// R8: a POST whose outcome is unknown (timeout, 5xx, crash) is never repeated before a look-up.
import { describe, expect, it } from 'vitest'
import { seconds } from '../../src/clock.ts'
import { createStage, type Stage } from './stage.ts'
import type { StageRequest } from './stage-network.ts'

const html = '<html><body>Bad Gateway</body></html>'
const unknown = {
  'an answer that is lost': { kind: 'after' },
  'an answer that is garbage': { kind: 'wrongBody', body: html },
  'status 502 without an effect': { kind: 'status', status: 502, body: html },
  'no answer': { kind: 'held' },
  'a crash': { kind: 'after' },
} as const

const creates = ['POST /firewalls', 'POST /primary_ips', 'POST /ssh_keys', 'POST /servers']
const collectionOf = (line: string) => line.replace('POST ', '')
const isLookUp = ({ line, target }: StageRequest, collection: string) =>
  line === `GET ${collection}` && /[?&](label_selector|name)=/.test(target)

/** POSTs that no look-up at the same collection came before, since the last one. */
function blindPosts(requests: readonly StageRequest[], line: string): number {
  let blind = 0
  let hasLooked = false
  for (const request of requests) {
    if (isLookUp(request, collectionOf(line))) hasLooked = true
    if (request.line !== line) continue
    if (!hasLooked) blind += 1
    hasLooked = false
  }
  return blind
}

async function liveThrough(line: string, title: keyof typeof unknown): Promise<Stage> {
  const stage = createStage()
  stage.world.hcloud.faults.add({ route: line, times: 1, ...unknown[title] })
  await stage.until(() => stage.network.count(line) > 0)
  if (title === 'a crash') stage.restart()
  await stage.untilReady()
  return stage
}

describe.each(creates)('R8: %s', (line) => {
  it.each(Object.keys(unknown) as (keyof typeof unknown)[])(
    'after %s comes a look before it is repeated',
    async (title) => {
      const stage = await liveThrough(line, title)
      expect(blindPosts(stage.network.requests, line)).toBe(0)
      const { servers, firewalls, sshKeys, primaryIPs } = stage.hetzner()
      const ipv4 = primaryIPs.filter(({ type }) => type === 'ipv4')
      expect([servers, firewalls, sshKeys, ipv4].map(({ length }) => length)).toEqual([1, 1, 1, 1])
    },
  )
})

describe('R8: what costs money', () => {
  it.each(['/primary_ips', '/servers'])(
    'POST %s is made right after a look by label and one by name',
    async (collection) => {
      const stage = createStage()
      await stage.untilReady()
      const atCollection = stage.network.requests.filter(({ line }) => line.endsWith(` ${collection}`))
      const post = atCollection.findIndex(({ line }) => line === `POST ${collection}`)
      const create = atCollection[post]
      const looks = atCollection.slice(post - 2, post)
      const lookBy = (what: string) => looks.find(({ target }) => target.includes(what))
      expect(lookBy('botyard.dev/uid==')?.at).toBe(create?.at)
      expect(lookBy('name=echo-')?.at).toBe(create?.at)
    },
  )
})

describe('R8: power', () => {
  it('a power-on without an answer is not repeated on the word of an older list', async () => {
    const stage = createStage({ sweepInterval: seconds(5) })
    await stage.untilReady()
    stage.control.powerOffServer(stage.hetzner().servers[0]?.id ?? 0)
    stage.world.hcloud.faults.add({ route: 'POST /servers/*/actions/poweron', kind: 'after', times: 1 })
    await stage.until(() => stage.hetzner().servers[0]?.status === 'running')
    await stage.untilReady()
    expect(stage.network.count('POST /servers/:id/actions/poweron')).toBe(1)
  })
})
