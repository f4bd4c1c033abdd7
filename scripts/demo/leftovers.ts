// What is left of Projects at Hetzner, at Telegram and in the cluster: counted in the worlds themselves, never in our logs.

import type { KubeObject } from '../control-plane/api.ts'
import type { Lab } from '../lab/lab.ts'
import { figureLine } from './gutter.ts'

/** What the simulators tell of themselves, as far as it is looked at. */
export interface WorldState {
  hetzner: { projects: HetznerState[] }
  telegram: { bots: { webhook?: unknown }[] }
}

interface HetznerState {
  servers: unknown[]
  primaryIPs: unknown[]
  sshKeys: unknown[]
  firewalls: { labels: Record<string, string> }[]
}

export interface Leftover {
  what: string
  found: number
  wanted: number
  /** Why that many are wanted. */
  note?: string
}

export const operatorNamespace = 'botyard-system'

/** `secretsOfUsers`: namespace/name of what users made themselves; the rest counts as the operator's. */
export async function findLeftovers(
  { api, simulators: { control } }: Pick<Lab, 'api' | 'simulators'>,
  o: { secretsOfUsers: ReadonlySet<string>; accounts: number },
): Promise<Leftover[]> {
  const [hetzner, telegram, projects, secrets] = await Promise.all([
    control.hcloud('GET', '/state') as Promise<WorldState['hetzner']>,
    control.telegram('GET', '/state') as Promise<WorldState['telegram']>,
    api.list({ apiVersion: 'botyard.dev/v1alpha1', kind: 'Project' }),
    api.list({ apiVersion: 'v1', kind: 'Secret' }),
  ])
  return [...atProviders({ hetzner, telegram }, o.accounts), ...inCluster({ projects, secrets }, o.secretsOfUsers)]
}

/** An account keeps one object, the marker: it is free, and says that this cluster works there. */
export function atProviders({ hetzner, telegram }: WorldState, accounts: number): Leftover[] {
  const count = (list: (project: HetznerState) => unknown[]) => hetzner.projects.flatMap(list).length
  const isMarker = ({ labels }: { labels: Record<string, string> }) => labels['botyard.dev/firewall'] === 'shared'
  return [
    { what: 'servers at Hetzner', found: count(({ servers }) => servers), wanted: 0 },
    { what: 'Primary IPs at Hetzner', found: count(({ primaryIPs }) => primaryIPs), wanted: 0 },
    { what: 'SSH keys at Hetzner', found: count(({ sshKeys }) => sshKeys), wanted: 0 },
    {
      what: 'marker of the account at Hetzner',
      found: count(({ firewalls }) => firewalls.filter(isMarker)),
      wanted: accounts,
      note: 'a firewall that is free and stays',
    },
    {
      what: 'other firewalls at Hetzner',
      found: count(({ firewalls }) => firewalls.filter((one) => !isMarker(one))),
      wanted: 0,
    },
    { what: 'webhooks at Telegram', found: telegram.bots.filter(({ webhook }) => webhook).length, wanted: 0 },
  ]
}

export function inCluster(
  { projects, secrets }: { projects: KubeObject[]; secrets: KubeObject[] },
  secretsOfUsers: ReadonlySet<string>,
): Leftover[] {
  const ours = secrets.filter(({ metadata }) => !secretsOfUsers.has(`${metadata.namespace}/${metadata.name}`))
  const inEscrow = ours.filter(({ metadata }) => metadata.namespace === operatorNamespace)
  return [
    { what: 'Projects in the cluster', found: projects.length, wanted: 0 },
    { what: 'Secrets of the operator beside the Projects', found: ours.length - inEscrow.length, wanted: 0 },
    { what: `Secrets of the operator in ${operatorNamespace}`, found: inEscrow.length, wanted: 0 },
  ]
}

/** One line each; what should not be is said. */
export function leftoverLine({ what, found, wanted, note }: Leftover): string {
  const words = note === undefined ? what : `${what} (${note})`
  return figureLine(String(found), found === wanted ? words : `${words}; it must be ${wanted}`)
}

/** The mistakes among them, for the end of the demo. */
export const wrongLeftovers = (leftovers: readonly Leftover[]): string[] =>
  leftovers
    .filter(({ found, wanted }) => found !== wanted)
    .map(({ what, found, wanted }) => `${what}: ${found}, and must be ${wanted}`)
