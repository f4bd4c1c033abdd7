// R9: no secret byte in logs, status, events, metrics, error texts or process arguments.
import { describe, expect, it, onTestFinished } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { createSecrets } from '../../src/kube/secrets.ts'
import { createTransport } from '../../src/kube/transport.ts'
import { fakeApiServer } from '../kube/fake-api-server.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { botToken, createStage, hetznerToken, projectPath, type Stage, type StageOptions } from './stage.ts'

/** So many characters of a secret in a row give it away. */
const shortestLeak = 12

/** What the operator made itself: the keys in their armour and the webhook's secret token, as they are in escrow. */
function madeSecrets(stage: Stage): string[] {
  const escrow = stage.cluster.paths().find((path) => path.includes('/botyard-system/secrets/'))
  const data = (escrow && (stage.cluster.get(escrow)?.['data'] as Record<string, string>)) ?? {}
  const made = Object.entries(data).filter(([name]) => !name.endsWith('.crt') && !name.endsWith('-token'))
  const token = Object.entries(data).filter(([name]) => name === 'webhook-secret-token')
  return [...made, ...token].map(([, value]) => Buffer.from(value, 'base64').toString())
}

/** Of each secret what is secret: not a bot's id, not the armour of a key nor what all keys of a curve begin with. */
const secretsOf = (stage: Stage): string[] =>
  [hetznerToken, botToken, ...madeSecrets(stage)].map((secret) =>
    secret
      .replace(/^\d+:/, '')
      .replace(/-----[^-]+-----\s?/g, '')
      .trim()
      .slice(-60),
  )

function leaks(text: string, secrets: readonly string[]): string[] {
  const pieces = secrets.flatMap((secret) =>
    Array.from({ length: Math.max(secret.length - shortestLeak + 1, 0) }, (_, at) =>
      secret.slice(at, at + shortestLeak),
    ),
  )
  return pieces.filter((piece) => text.includes(piece))
}

/** Everything that left the operator for eyes: log lines, what was written to Projects, the metrics page. */
async function told(stage: Stage): Promise<string> {
  const written = stage.cluster.writes.filter(({ path }) => path.startsWith(projectPath)).map(({ body }) => body)
  return [...stage.emitted, ...written, await stage.operator.metrics()].join('\n')
}

async function expectSilence(stage: Stage, about: string): Promise<void> {
  const text = await told(stage)
  // The trouble was told of; only its secrets were not.
  expect(text).toContain(about)
  expect(leaks(text, secretsOf(stage))).toEqual([])
}

const half = hetznerToken.slice(0, 32)

const hetznerSays = (code: string, message: string, status: number) => ({
  kind: 'status' as const,
  ...{ status, contentType: 'application/json', body: JSON.stringify({ error: { code, message } }) },
})

const telegramSays = (description: string, status: number) => ({
  kind: 'status' as const,
  ...{ status, contentType: 'application/json', body: JSON.stringify({ ok: false, error_code: status, description }) },
})

/** What a pass cannot foresee: the first probe throws these words. */
async function surprised(words: (stage: Stage) => string, options: StageOptions = {}): Promise<Stage> {
  const stage = createStage(options)
  stage.probe = () => {
    throw new Error(`surprise: ${words(stage)}`)
  }
  await stage.until(() => stage.status()?.lastError?.code === 'unexpected')
  return stage
}

describe('R9: a provider that quotes our secrets', () => {
  it.each([
    ['a whole token', hetznerSays('invalid_input', `bad header: Bearer ${hetznerToken}`, 422)],
    ['half a token', hetznerSays('conflict', `limit of ${half} reached`, 409)],
  ])('Hetzner, %s, without the redaction gate', async (_title, fault) => {
    const stage = createStage({ withoutGate: true })
    stage.world.hcloud.faults.add({ route: 'POST /primary_ips', ...fault })
    await stage.until(() => stage.status()?.lastError !== undefined)
    await expectSilence(stage, '[redacted]')
  })

  it('Telegram, a bot token, without the redaction gate', async () => {
    const stage = createStage({ withoutGate: true })
    const path = `/bot${botToken}/setWebhook`
    stage.world.telegram.faults.add({ route: 'POST /bot*/setWebhook', ...telegramSays(`Bad Request: ${path}`, 400) })
    await stage.until(() => stage.network.count('setWebhook') > 0)
    await stage.pass()
    await expectSilence(stage, 'Cannot set the webhook')
  })

  it('Telegram, the secret token of the webhook, without the redaction gate', async () => {
    const stage = createStage({ withoutGate: true })
    stage.network.after = async ({ line }, response) => {
      const secret = madeSecrets(stage).at(-1)
      return line === 'setWebhook'
        ? Response.json(JSON.parse(telegramSays(`no: ${secret}`, 400).body), { status: 400 })
        : response
    }
    await stage.until(() => stage.network.count('setWebhook') > 0)
    await stage.pass()
    await expectSilence(stage, 'Cannot set the webhook')
  })

  it('the API server, the value of a Secret', async () => {
    const message = `Secret is invalid: data[token]: ${hetznerToken}`
    const server = await fakeApiServer([
      (response) => {
        response.writeHead(422, { 'content-type': 'application/json' })
        response.end(JSON.stringify({ kind: 'Status', code: 422, reason: 'Invalid', message }))
      },
    ])
    const cluster = { server: server.url, access: async () => ({ headers: {}, tls: {} }), refused: () => {} }
    const transport = createTransport({ cluster, clock: fakeClock(), random: () => 0.5 })
    onTestFinished(async () => {
      await transport.close()
      await server.close()
    })
    const secret = { metadata: { namespace: 'shop', name: 'bot' }, data: { token: hetznerToken } }
    const refused = await createSecrets(transport)
      .create(secret, new AbortController().signal)
      .catch((error: unknown) => error)
    expect(String(refused)).toContain('422')
    expect(leaks(JSON.stringify(refused, Object.getOwnPropertyNames(refused)), [hetznerToken])).toEqual([])
  })
})

describe('R9: a surprise that carries a secret reaches no status', () => {
  it.each([
    ['the Hetzner token', () => hetznerToken],
    ['a stretch of the Hetzner token', () => hetznerToken.slice(10, 40)],
    ['the bot token', () => botToken],
    ['the second half of the bot token', () => botToken.slice(-24)],
    ['the secret token of the webhook and the keys', (stage: Stage) => madeSecrets(stage).join(' / ')],
    [
      'a private key in its armour',
      () => '-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49\n-----END PRIVATE KEY-----',
    ],
    ['the URL of the Bot API', () => `https://api.telegram.org/bot${botToken}/getMe`],
  ])('%s', async (_title, words) => {
    const stage = await surprised(words)
    await expectSilence(stage, 'surprise')
    expect(await told(stage)).not.toContain('MIGHAgEAMBMGByqGSM49')
  })
})

describe('R9: a failed pass', () => {
  it('is logged without the secrets in its error, its cause and its stack', async () => {
    const stage = createStage()
    await stage.until(() => stage.network.count('POST /primary_ips') === 1)
    stage.cluster.onRequest = (line) => {
      if (line.startsWith('GET')) return
      throw new Error(`Cannot write with ${hetznerToken}`, { cause: new Error(`or with ${botToken}`) })
    }
    for (let count = 0; count < 3; count++) await stage.pass()
    await expectSilence(stage, 'Cannot write with')
  })
})

describe('R9: process arguments', () => {
  it('hold no secret, because no flag takes one', () => {
    const help = readConfig(['--help'])
    expect(help.kind === 'help' && help.text.match(/--\S*(token|secret|password|key)\S*/gi)).toBeNull()
  })
})
