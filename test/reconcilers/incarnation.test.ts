import { describe, expect, it } from 'vitest'
import { judgeLeftovers } from '../../src/reconcilers/incarnation.ts'

const left = (name: string, uid?: string) => ({
  name,
  labels: uid === undefined ? {} : { 'botyard.dev/uid': uid },
})
const server = left('echo-server', 'old')
const ip = left('echo-ip', 'old')
const older = left('echo-older', 'older')

describe('judgeLeftovers', () => {
  it.each([
    { name: 'nothing left', leftovers: [], adopt: undefined, stands: false },
    { name: 'something left and nothing said about it', leftovers: [server], adopt: undefined, stands: true },
    { name: 'something left that is to be ignored', leftovers: [server, ip], adopt: 'ignore', stands: false },
    { name: 'something left that is to be adopted', leftovers: [server, ip], adopt: 'old', stands: false },
    {
      name: 'something left of another uid than the one to adopt',
      leftovers: [server],
      adopt: 'another',
      stands: true,
    },
    { name: 'two earlier lives, one of them to adopt', leftovers: [server, older], adopt: 'older', stands: false },
    {
      name: 'something left without a uid, whatever is to be adopted',
      leftovers: [left('echo')],
      adopt: 'old',
      stands: true,
    },
    { name: 'an empty annotation', leftovers: [server], adopt: '', stands: true },
  ])('$name: in the way $stands', ({ leftovers, adopt, stands }) => {
    expect(judgeLeftovers(leftovers, adopt) !== undefined).toBe(stands)
  })

  it('names what is left, whose it was, and both ways on', () => {
    const message = judgeLeftovers([server, ip], undefined)
    for (const part of ['uid old', 'echo-server, echo-ip', 'botyard.dev/adopt=old', 'botyard.dev/adopt=ignore'])
      expect(message).toContain(part)
  })
})
