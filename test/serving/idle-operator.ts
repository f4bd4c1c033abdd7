// An operator as a process of its own, before an API server that lets it do everything and holds nothing.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { startOperator } from '../../scripts/lab/operator.ts'
import { fakeApiServer, json, type Reply, refusal } from '../kube/fake-api-server.ts'

export interface IdleOperator extends AsyncDisposable {
  /** What a scrape of /metrics gets. */
  scrape(): Promise<string>
  /** Of the API server, as `rest_client_requests_total` names it. */
  readonly host: string
}

const version = { resourceVersion: '1' }
const created = json({ metadata: { ...version, uid: 'one' }, status: { allowed: true } }, { status: 201 })
const emptyList = json({ metadata: version, items: [] })

/** A list as the beginning of a watch that then says nothing. */
const emptyWatch: Reply = (response) => {
  response.writeHead(200, { 'content-type': 'application/json' })
  const metadata = { ...version, annotations: { 'k8s.io/initial-events-end': 'true' } }
  response.write(`${JSON.stringify({ type: 'BOOKMARK', object: { metadata } })}\n`)
}

function replyTo({ method, url = '' }: IncomingMessage): Reply {
  if (method !== 'GET') return created
  if (url.includes('/leases/')) return refusal(404, 'NotFound')
  return url.includes('watch=1') ? emptyWatch : emptyList
}

/** Resolves when it is ready. */
export async function startIdleOperator(args: readonly string[] = []): Promise<IdleOperator> {
  const api = await fakeApiServer([(response, request) => replyTo(request)(response, request)])
  const directory = await mkdtemp(path.join(tmpdir(), 'botyard-idle-'))
  const kubeconfig = path.join(directory, 'kubeconfig')
  const named = { name: 'one' }
  const config = {
    'current-context': 'one',
    contexts: [{ ...named, context: { cluster: 'one', user: 'one' } }],
    clusters: [{ ...named, cluster: { server: api.url, 'insecure-skip-tls-verify': true } }],
    users: [{ ...named, user: { token: 'any' } }],
  }
  await writeFile(kubeconfig, JSON.stringify(config))
  const log = path.join(directory, 'log')
  const nowhere = 'http://127.0.0.1:9'
  const operator = await startOperator({
    ...{ program: 'src/main.ts', access: { kubeconfig }, log, args },
    ...{ hcloud: nowhere, telegram: nowhere },
  })
  const stop = async () => {
    await operator.stop()
    await api.close()
    await rm(directory, { recursive: true })
  }
  await operator.untilReady().catch(async (cause) => {
    const said = (await readFile(log, 'utf8')).slice(-2_000)
    await stop()
    throw new Error(`Cannot start an idle operator:\n${said}`, { cause })
  })
  return {
    host: new URL(api.url).host,
    scrape: async () => (await fetch(`${operator.health}/metrics`)).text(),
    [Symbol.asyncDispose]: stop,
  }
}
