// The simulated world on real ports and a hurried clock, for clients that know no more of it than an address and a token.

import { systemClock } from '../../simulators/kit/clock.ts'
import type { Handler } from '../../simulators/kit/handler.ts'
import { serve } from '../../simulators/kit/serve.ts'
import { createWorld, type World } from '../../simulators/world.ts'
import { checkedExchanges } from '../simulators/hcloud/checked-exchanges.ts'

/** Reaches a Hetzner project of its own: chapters must not stumble over each other's names. */
export const hetznerToken = (project: string): string => project.padEnd(64, 'x')

export interface ServedWorld extends AsyncDisposable {
  readonly world: World
  /** With `/v1`, as every client of Hetzner's wants it. */
  readonly hcloud: string
  readonly telegram: string
  /** Requests that were accepted and answers that the vendor's own description does not allow. Clients ask what our own tests do not. */
  readonly wrongAnswers: readonly string[]
  /** What a token reaches, as the simulator itself sees it. */
  hetzner(token: string): ReturnType<World['hcloud']['control']['project']>
}

/** A seed of its own for each file: files run at the same time must not want the same addresses. */
export async function serveWorld({ seed, speed = 60 }: { seed: number; speed?: number }): Promise<ServedWorld> {
  const wrongAnswers: string[] = []
  const aroundHcloud = (handler: Handler) => checkedExchanges(handler, wrongAnswers)
  const world = createWorld({ clock: systemClock({ speed }), seed, aroundHcloud })
  const defects: unknown[] = []
  const onError = (error: unknown) => defects.push(error)
  const hcloud = await serve(world.hcloud.fetch, { onError })
  const telegram = await serve(world.telegram.fetch, { onError })
  return {
    ...{ world, wrongAnswers, hcloud: `${hcloud.url}/v1`, telegram: telegram.url },
    hetzner: world.hcloud.control.project,
    async [Symbol.asyncDispose]() {
      world.stop()
      await Promise.all([hcloud.close(), telegram.close()])
      if (defects.length > 0) throw new AggregateError(defects, 'The simulators broke')
    },
  }
}
