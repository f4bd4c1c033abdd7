// What is there when a story has ended, in words that are the same in every run: two runs are compared by it.

import { createHash, X509Certificate } from 'node:crypto'
import { withoutIdentity } from '../proxy/call.ts'
import type { KubeObject } from '../support/control-plane.ts'
import type { EndState } from './differences.ts'
import { foreignNames } from './foreign.ts'
import type { Stage } from './stage.ts'
import { account, ourBot } from './story.ts'

/** Names that stand for ids: the first server is `server 1`, whatever its id. */
function createNames() {
  const names = new Map<string, string>()
  const counts = new Map<string, number>()
  return {
    give(kind: string, id: unknown): string {
      const count = (counts.get(kind) ?? 0) + 1
      counts.set(kind, count)
      names.set(`${kind} ${id}`, `${kind} ${count}`)
      return `${kind} ${count}`
    },
    of: (kind: string, id: unknown): string =>
      id === null || id === undefined ? 'none' : (names.get(`${kind} ${id}`) ?? `unknown ${kind}`),
  }
}

type Names = ReturnType<typeof createNames>

export async function endStateOf(stage: Stage): Promise<EndState> {
  const names = createNames()
  const project = await stage.project()
  const hetzner = hetznerOf(stage, names)
  const secrets = await secretsOf(stage, project)
  return {
    ...hetzner,
    webhook: webhookOf(stage, { names, secret: secrets.own }),
    'secrets beside the Project': secrets.beside,
    'secrets of the operator': secrets.escrow,
    project: projectOf(project, names),
  }
}

function hetznerOf(stage: Stage, names: Names): EndState {
  const held = account(stage)
  if (held === undefined) return { servers: [], addresses: [], firewalls: [], keys: [] }
  const own = ownOf(held)
  const addresses = own.primaryIPs.map((address) => ({ is: names.give('address', address.ip), address }))
  for (const { id } of own.servers) names.give('server', id)
  const firewalls = own.firewalls.map((firewall) => ({
    is: names.give('firewall', firewall.id),
    name: withoutIdentity(firewall.name),
    labels: labelsOf(firewall.labels),
    rules: firewall.rules,
  }))
  return {
    servers: own.servers.map((server) => ({
      is: names.of('server', server.id),
      name: withoutIdentity(server.name),
      ...{ type: server.type, location: server.location, image: server.image, status: server.status },
      labels: labelsOf(server.labels),
      address: names.of('address', server.ipv4),
      firewalls: server.firewalls.map(({ id }) => names.of('firewall', id)),
      machine: stage.world.machines.state().machines.find(({ id }) => id === server.id)?.phase ?? 'none',
    })),
    addresses: addresses.map(({ is, address }) => ({
      ...{ is, type: address.type, location: address.location, autoDelete: address.autoDelete },
      // An implicit one is named by its id.
      name: withoutIdentity(address.name).replace(/\d+$/, ':id'),
      labels: labelsOf(address.labels),
      of: names.of('server', address.assigneeID),
    })),
    firewalls,
    keys: own.sshKeys.map(({ name, labels }) => ({ name: withoutIdentity(name), labels: labelsOf(labels) })),
  }
}

type Held = NonNullable<ReturnType<typeof account>>

/** What the operator has made; that the rest is as it was is watched all the time. */
function ownOf(held: Held): Pick<Held, 'servers' | 'primaryIPs' | 'firewalls' | 'sshKeys'> {
  const isForeign = ({ name }: { name: string }) => foreignNames.includes(name)
  const others = new Set(held.servers.filter(isForeign).map(({ id }) => id))
  return {
    servers: held.servers.filter((server) => !isForeign(server)),
    primaryIPs: held.primaryIPs.filter((ip) => !isForeign(ip) && !others.has(ip.assigneeID ?? 0)),
    firewalls: held.firewalls.filter((firewall) => !isForeign(firewall)),
    sshKeys: held.sshKeys.filter((key) => !isForeign(key)),
  }
}

const labelsOf = (labels: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, withoutIdentity(value)]))

interface Keys {
  secretToken: string
  certificate: string
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')

function webhookOf(stage: Stage, o: { names: Names; secret: Keys | undefined }): EndState | 'none' {
  const webhook = ourBot(stage)?.webhook
  if (webhook === undefined) return 'none'
  const url = new URL(webhook.url)
  return {
    to: o.names.of('address', url.hostname),
    ...{ port: url.port, path: url.pathname },
    'secret token is the one of the Secret': hashOf(webhook.secretToken) === hashOf(o.secret?.secretToken ?? ''),
    'certificate on the server names the address': o.secret !== undefined && names(o.secret.certificate, url.hostname),
  }
}

const names = (certificate: string, ip: string): boolean => new X509Certificate(certificate).checkIP(ip) !== undefined

async function secretsOf({ arena, tenant }: Stage, project: KubeObject | undefined) {
  const list = (namespace: string) => arena.api.list({ apiVersion: 'v1', kind: 'Secret', namespace })
  const beside = await list(tenant.namespace)
  const escrow = (await list('botyard-system')).filter(({ metadata }) => isOf(metadata, tenant))
  const own = beside.find(({ metadata }) => metadata.name === `${tenant.name}-botyard`)
  const plain = (name: string) => Buffer.from(own?.['data']?.[name] ?? '', 'base64').toString()
  return {
    beside: beside.map((secret) => ({
      ...wordsOf(secret),
      owner: (secret.metadata.ownerReferences ?? []).map(({ uid }) =>
        uid === project?.metadata.uid ? 'the Project' : 'another',
      ),
    })),
    escrow: escrow.map((secret) => ({ ...wordsOf(secret), 'keys are those beside the Project': agree(secret, own) })),
    own: own && { secretToken: plain('webhook-secret-token'), certificate: plain('tls.crt') },
  }
}

const isOf = (metadata: KubeObject['metadata'], tenant: Stage['tenant']): boolean =>
  metadata.labels?.['botyard.dev/namespace'] === tenant.namespace

const agree = (escrow: KubeObject, own: KubeObject | undefined): boolean =>
  Object.entries(own?.['data'] ?? {}).every(([name, value]) => escrow['data']?.[name] === value)

const wordsOf = (secret: KubeObject): EndState => ({
  name: withoutIdentity(secret.metadata.name),
  keys: Object.keys(secret['data'] ?? {}).sort(),
})

function projectOf(project: KubeObject | undefined, names: Names): EndState | 'gone' {
  if (project === undefined) return 'gone'
  const status = project['status'] ?? {}
  const { address, server, account: marked, telegram = {}, operation, lastError } = status
  return {
    finalizers: project.metadata.finalizers ?? [],
    conditions: (status.conditions ?? []).map(
      (each: Record<string, string>) => `${each['type']}=${each['status']} ${each['reason']}`,
    ),
    'generation is observed': status.observedGeneration === project.metadata.generation,
    address: names.of('address', address?.ipv4),
    server: {
      is: names.of('server', server?.id),
      type: server?.type,
      location: server?.location,
      state: server?.state,
    },
    marker: names.of('firewall', marked?.markerID),
    telegram: Object.keys(telegram).sort(),
    operation: operation?.kind ?? 'none',
    lastError: lastError?.code ?? 'none',
  }
}
