// R3, as the operator is put together: a call to a provider takes no longer than the age of the lease allows, and is not begun
// when the lease is lost between its decision and its socket.

import { createServer } from 'node:net'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { seconds } from '../../src/clock.ts'
import { readConfig } from '../../src/config.ts'
import { connectProviders } from '../../src/connect-providers.ts'
import { createFence, type Fence } from '../../src/leadership/fence.ts'
import { createMetrics } from '../../src/serving/metrics.ts'
import { type FakeClock, fakeClock } from '../support/fake-clock.ts'
import { botToken, hetznerToken } from './stage.ts'

/** Takes every connection, reads, and says nothing. */
async function silentServer() {
  let bytes = 0
  const server = createServer((socket) => {
    onTestFinished(() => void socket.destroy())
    socket
      .on('error', () => {})
      .on('data', (chunk) => {
        bytes += chunk.length
      })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const { port } = server.address() as { port: number }
  return { url: `http://127.0.0.1:${port}`, bytes: () => bytes }
}

async function providersWith(fenceOf: (clock: FakeClock) => Fence) {
  const server = await silentServer()
  const endpoints = ['--hcloud-endpoint', `${server.url}/v1`, '--telegram-endpoint', server.url]
  const read = readConfig(['--lab', '--namespace', 'botyard-system', ...endpoints], {})
  if (read.kind !== 'config') throw new Error(`Cannot read the flags: ${JSON.stringify(read)}`)
  const clock = fakeClock()
  const providers = connectProviders({
    ...{ config: read.config, clock, random: () => 0.5, metrics: createMetrics(), fence: fenceOf(clock) },
    ...{ clusterID: 'lab', redact: (text: string) => text, onChange: () => {} },
  })
  onTestFinished(async () => void (await providers.close()))
  return { server, clock, providers }
}

type Providers = Awaited<ReturnType<typeof providersWith>>['providers']

const signal = new AbortController().signal

const callers: Record<string, (providers: Providers) => Promise<unknown>> = {
  Hetzner: ({ accounts }) => accounts.open({ token: hetznerToken, holder: 'uid', recorded: {}, signal }),
  Telegram: ({ bots }) => bots.bot(botToken).deleteWebhook(signal),
}

/** Renewed nine seconds ago: fifteen less nine less one are left. */
const agedLease = (clock: FakeClock): Fence => {
  const renewedAt = clock.monotonic() - seconds(9)
  return createFence({ clock, leaseDuration: seconds(15), renewDeadline: seconds(10), renewedAt: () => renewedAt })
}

/** Lost after the first look. */
const lostLease = (): Fence => {
  let looks = 0
  return { allowance: () => (looks++ === 0 ? seconds(10) : 0) }
}

describe.each(Object.entries(callers))('R3: a call to %s', (_name, call) => {
  it('takes no longer than the lease allows', async () => {
    const { server, clock, providers } = await providersWith(agedLease)
    let ended = false
    const outcome = call(providers).catch(() => {
      ended = true
    })
    await vi.waitFor(() => expect(server.bytes()).toBeGreaterThan(0))
    await clock.advance(seconds(5) - 1)
    expect(ended).toBe(false)
    await clock.advance(1)
    await outcome
    expect(ended).toBe(true)
  })

  it('is not begun when the lease is lost while it waits for its socket', async () => {
    const { server, providers } = await providersWith(lostLease)
    await expect(call(providers)).rejects.toThrow()
    expect(server.bytes()).toBe(0)
  })
})
