import { describe, expect, it } from 'vitest'
import { type Asked, describeCall } from './call.ts'
import { createRecorder, nameOf } from './recorder.ts'

/** Names of the points that these requests make, each answered at once. */
async function pointsOf(...requests: readonly (readonly [Asked['method'], string])[]): Promise<string[]> {
  const recorder = createRecorder()
  const body = Buffer.from('{}')
  for (const [method, target] of requests) {
    const call = describeCall({ world: 'kubernetes', method, target })
    await recorder.before?.(call, { body } as never)
    await recorder.after?.(call, { status: 200, body } as never)
  }
  return recorder.lines.map(({ point }) => nameOf(point))
}

const events = '/apis/events.k8s.io/v1/namespaces/shop/events'
const secrets = '/api/v1/namespaces/botyard-system/secrets'

describe('the recorder', () => {
  it('makes no point of an event: it comes when it comes, and a read after it is no other read', async () => {
    const read = ['GET', `${secrets}/a`] as const
    const without = await pointsOf(['POST', secrets], read, ['PUT', `${secrets}/a`], read)
    const along = await pointsOf(
      ['POST', events],
      ['POST', secrets],
      ['PATCH', `${events}/echo.17abc`],
      read,
      ['PUT', `${secrets}/a`],
      ['POST', events],
      read,
    )
    expect(along).toEqual(without)
    expect(without).toHaveLength(4)
  })
})
