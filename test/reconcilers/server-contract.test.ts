// Operator, server and Telegram meet only through files and calls: what one side writes, the simulated other side reads.

import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { createTelegramSimulator } from '../../simulators/telegram/simulator.ts'
import { createMachines } from '../../simulators/vps/machines.ts'
import { seconds, systemClock } from '../../src/clock.ts'
import { createProbe } from '../../src/providers/probe/probe.ts'
import { createBots } from '../../src/providers/telegram/bot.ts'
import { type IssuedCertificates, issueCertificates } from '../../src/reconcilers/certificates.ts'
import { type ContractInput, contractFiles } from '../../src/reconcilers/server-files.ts'
import { composeUserData } from '../../src/reconcilers/user-data.ts'
import { fakeClock } from '../support/fake-clock.ts'

const port = 8443
const token = '123456789:AAE-kq3xTz7_Yp0aBcDeFgHiJkLmNoPqRsT'
const secretToken = 'wEb-h00k_secret'
const urlOf = (ip: string) => `https://${ip}:${port}/webhook`
/** One for each boot: the kernel may hold a closed port for a moment. */
let addresses = 0
const freshAddress = () => `127.65.3.${++addresses}`
const idle = () => new AbortController().signal
const ends: (() => void)[] = []
afterEach(() => {
  for (const end of ends.splice(0)) end()
})

type Issued = IssuedCertificates & { ip: string }

async function issue(ip = freshAddress()): Promise<Issued> {
  return { ip, ...(await issueCertificates({ ip, commonName: 'shop/echo', clock: systemClock })) }
}

function userDataFor(issued: Issued, more: { userPart?: string; env?: ContractInput['env'] } = {}) {
  const contract: ContractInput = {
    project: { namespace: 'shop', name: 'echo', uid: 'u-1' },
    webhook: { port, path: '/webhook', url: urlOf(issued.ip) },
    certificate: issued.certificate,
    key: issued.key,
    telegram: { token, secretToken },
    env: more.env ?? {},
  }
  return composeUserData({
    userPart: more.userPart,
    files: (userDataHash) => contractFiles({ ...contract, userDataHash }),
  })
}

async function boot({ ip }: Issued, userData: string) {
  const clock = fakeClock()
  const machines = createMachines({ clock, options: { bootSeconds: 1 } })
  ends.push(() => machines.close())
  machines.start({ id: 1, name: 'echo', ipv4: ip, userData, rules: () => undefined })
  await clock.advance(seconds(1))
  const phase = () => machines.state().machines[0]?.problem ?? machines.state().machines[0]?.phase
  await expect.poll(phase).toBe('serving')
  return machines
}

const probe = createProbe({ allowRanges: ['127.64.0.0/10'], clock: systemClock })

function telegram() {
  const simulator = createTelegramSimulator({
    clock: systemClock,
    random: () => 0.5,
    options: { allowReserved: true, newBotThrottle: false },
  })
  ends.push(() => simulator.stop())
  const fetch: Parameters<typeof createBots>[0]['fetch'] = (at, init) => simulator.fetch(new Request(at, init))
  const bot = createBots({ endpoint: 'http://telegram.test', fetch, clock: systemClock }).bot(token)
  return { simulator, bot }
}

describe('a server that boots from our user data', () => {
  it('serves what the probe wants to see', async () => {
    const issued = await issue()
    const { data } = userDataFor(issued, { userPart: '#cloud-config\npackages: [caddy]\n' })
    await boot(issued, data)
    const target = { address: issued.ip, port, path: '/.well-known/botyard', ca: issued.caCertificate, signal: idle() }
    expect(await probe(target)).toEqual({ kind: 'ok', status: 200 })

    const { caCertificate: another } = await issue(issued.ip)
    expect(await probe({ ...target, ca: another })).toMatchObject({ kind: 'tls' })
  })

  it('also when the user data is large enough to be compressed', async () => {
    let block = createHash('sha256').update('seed').digest('hex')
    const lines = Array.from({ length: 250 }, () => {
      block = createHash('sha256').update(block).digest('hex')
      return `# ${block}`
    })
    const issued = await issue()
    const { data } = userDataFor(issued, { userPart: `#!/bin/sh\n${lines.join('\n')}\n` })
    expect(data).not.toContain('MIME-Version')
    await boot(issued, data)
  })

  it('whatever the user and the environment write into it', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 80 }).map((any) => any.replaceAll('\0', '').toWellFormed())
    await fc.assert(
      fc.asyncProperty(text, text, async (comment, value) => {
        const issued = await issue()
        const { data } = userDataFor(issued, { userPart: `#!/bin/sh\n${comment}`, env: { VALUE: value } })
        await boot(issued, data)
      }),
      { numRuns: 10 },
    )
  })
})

describe('a webhook that we set', () => {
  const settings = (issued: Issued) => ({
    ...{
      url: urlOf(issued.ip),
      certificate: issued.caCertificate,
      ipAddress: issued.ip,
      maxConnections: 40,
      secretToken,
    },
    ...{ dropPendingUpdates: false, allowedUpdates: ['message'] },
  })

  it('reads back as it was set, reaches the server, and is gone after its deletion', async () => {
    const issued = await issue()
    const machines = await boot(issued, userDataFor(issued, { userPart: '#!/bin/sh\n' }).data)
    const { simulator, bot } = telegram()
    const me = await bot.getMe(idle())
    expect(me.id).toBe(bot.id)
    await bot.setWebhook(settings(issued), idle())
    expect(await bot.getWebhookInfo(idle())).toMatchObject({
      ...{
        url: urlOf(issued.ip),
        hasCustomCertificate: true,
        ipAddress: issued.ip,
        maxConnections: 40,
        allowedUpdates: ['message'],
      },
      ...{ pendingUpdateCount: 0, lastErrorAt: undefined },
    })

    const known = simulator.registry.list()[0]
    if (known === undefined) throw new Error('no bot')
    simulator.say(known, { text: 'hello', chatID: 7 })
    await expect.poll(() => machines.state().machines[0]?.updates).toBe(1)
    await expect.poll(async () => (await bot.getWebhookInfo(idle())).pendingUpdateCount).toBe(0)

    await bot.deleteWebhook(idle())
    await bot.deleteWebhook(idle())
    expect((await bot.getWebhookInfo(idle())).url).toBe('')
  })

  it('a second time within a second is throttled, and says how long', async () => {
    const issued = await issue()
    const { bot } = telegram()
    await bot.setWebhook(settings(issued), idle())
    await expect(bot.setWebhook(settings(issued), idle())).rejects.toMatchObject({
      ...{ errorClass: 'Throttled', code: 'too_many_requests', retryAfter: seconds(1), outcomeUnknown: false },
    })
  })
})
