import { describe, expect, it } from 'vitest'
import type { KubeObject } from '../../scripts/control-plane/api.ts'
import { atProviders, inCluster, wrongLeftovers } from '../../scripts/demo/leftovers.ts'

const marker = { labels: { 'botyard.dev/cluster': 'lab', 'botyard.dev/firewall': 'shared' } }
const clean = { servers: [], primaryIPs: [], sshKeys: [], firewalls: [marker] }
const hetzner = (change: object) => ({ projects: [{ ...clean, ...change }] })
const noBots = { bots: [] }

describe('what is left at the providers', () => {
  it.each([
    { name: 'the marker alone is right', hetzner: hetzner({}), telegram: noBots, wrong: 0 },
    { name: 'a marker that is missing is wrong', hetzner: hetzner({ firewalls: [] }), telegram: noBots, wrong: 1 },
    { name: 'two are wrong', hetzner: hetzner({ firewalls: [marker, marker] }), telegram: noBots, wrong: 1 },
    { name: 'a firewall more', hetzner: hetzner({ firewalls: [marker, { labels: {} }] }), telegram: noBots, wrong: 1 },
    { name: 'a server', hetzner: hetzner({ servers: [{}] }), telegram: noBots, wrong: 1 },
    { name: 'a Primary IP', hetzner: hetzner({ primaryIPs: [{}] }), telegram: noBots, wrong: 1 },
    { name: 'an SSH key', hetzner: hetzner({ sshKeys: [{}] }), telegram: noBots, wrong: 1 },
    { name: 'a webhook', hetzner: hetzner({}), telegram: { bots: [{ webhook: { url: 'x' } }] }, wrong: 1 },
    { name: 'a bot without one is right', hetzner: hetzner({}), telegram: { bots: [{}] }, wrong: 0 },
  ])('$name', ({ wrong, ...world }) => expect(wrongLeftovers(atProviders(world, 1))).toHaveLength(wrong))

  it('counts over all Hetzner projects', () => {
    const world = { hetzner: { projects: [clean, { ...clean, servers: [{}] }] }, telegram: noBots }
    expect(wrongLeftovers(atProviders(world, 2))).toEqual(['servers at Hetzner: 1, and must be 0'])
  })
})

const secret = (namespace: string, name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { namespace, name },
})

describe('what is left in the cluster', () => {
  it("does not count users' Secrets", () => {
    const left = inCluster({ projects: [], secrets: [secret('demo', 'hetzner')] }, new Set(['demo/hetzner']))
    expect(wrongLeftovers(left)).toEqual([])
  })

  it('counts the others, apart from those in the namespace of the operator', () => {
    const secrets = [secret('demo', 'echo-botyard'), secret('botyard-system', 'botyard-1')]
    expect(inCluster({ projects: [], secrets }, new Set()).map(({ found }) => found)).toEqual([0, 1, 1])
  })
})
