// Our description of the Hetzner API against the vendor's own, where a copy of that lies beside the checkout.

import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { compareDescriptions, type Description, readDescription } from './compare-descriptions.ts'

const oursFile = new URL('../../../openapi/hcloud.yaml', import.meta.url)
const vendorFile = new URL('../../../../shared/hcloud-openapi/cloud.spec.json', import.meta.url)
const isAbsent = !existsSync(vendorFile)

/** Where ours knows better. The vendor's copy is of July 2026. */
const exceptions: { problem: RegExp; reason: string }[] = [
  {
    problem: /\.assignee_type: enum unassigned unknown$/,
    reason: 'in answers since 1 August 2026, for a Primary IP that nothing holds',
  },
  {
    problem: /^POST \/servers body\.(image|ssh_keys\[\]): type integer unknown$/,
    reason: 'the API and all official clients take ids as numbers, too',
  },
  {
    problem: /^[A-Z]+ \S+ 20[01]\.(server|action|firewall|image): required differs$/,
    reason: 'an answer without the thing that it is about cannot be read; the vendor only forgot the flag',
  },
  {
    problem: /\.deprecation: unknown$/,
    reason: 'images have it since September 2026; it takes the place of `deprecated`',
  },
]

const vendor = isAbsent ? undefined : readDescription(vendorFile)
const problemsOf = (ours: Description) => (vendor === undefined ? [] : compareDescriptions(ours, vendor))
const isExcepted = (problem: string) => exceptions.some((exception) => exception.problem.test(problem))

describe.skipIf(isAbsent)(
  `openapi/hcloud.yaml${isAbsent ? " (skipped: the vendor's cloud.spec.json is not beside this checkout)" : ''}`,
  () => {
    it("names nothing that the vendor's description does not have", () => {
      expect(problemsOf(readDescription(oursFile)).filter((problem) => !isExcepted(problem))).toEqual([])
    })

    it.each(exceptions)('still needs the exception $problem', ({ problem }) => {
      expect(problemsOf(readDescription(oursFile)).some((found) => problem.test(found))).toBe(true)
    })

    it.each<{ change: string; spoil: (ours: Description) => void }>([
      { change: 'a path', spoil: (ours) => rename(ours.paths, '/servers', '/machines') },
      { change: 'a method', spoil: (ours) => rename(at(ours.paths, '/pricing'), 'get', 'put') },
      { change: 'a parameter', spoil: (ours) => set(ours, 'parameters.LabelSelector.name', 'selector') },
      { change: 'a required parameter', spoil: (ours) => set(ours, 'parameters.Page.required', true) },
      { change: 'the type of a parameter', spoil: (ours) => set(ours, 'parameters.Page.schema.type', 'string') },
      {
        change: 'a property',
        spoil: (ours) => rename(at(ours, 'components.schemas.Server.properties'), 'locked', 'busy'),
      },
      { change: 'a type', spoil: (ours) => set(ours, 'schemas.Server.properties.id.type', 'string') },
      {
        change: 'a null that was left out',
        spoil: (ours) => set(ours, 'schemas.Server.properties.image.type', 'object'),
      },
      { change: 'a required flag too many', spoil: (ours) => set(ours, 'schemas.Firewall.required.4', 'labels') },
      { change: 'a required flag too few', spoil: (ours) => set(ours, 'schemas.Server.required', ['id']) },
      { change: 'an enum value', spoil: (ours) => set(ours, 'schemas.Action.properties.status.enum.0', 'pending') },
      { change: 'a property of a request', spoil: (ours) => set(ours, 'schemas.ServerCreate.properties.region', {}) },
      { change: 'a status', spoil: (ours) => rename(at(ours.paths, '/servers.post.responses'), '201', '200') },
    ])('notices when ours changes $change', ({ spoil }) => {
      const ours = readDescription(oursFile)
      spoil(ours)
      expect(problemsOf(ours).filter((problem) => !isExcepted(problem))).not.toEqual([])
    })
  },
)

type Node = Record<string, unknown>

/** Paths of the API hold no dots, so a dot separates keys. */
const at = (root: unknown, path: string): Node =>
  path.split('.').reduce<Node>((node, key) => node[key] as Node, root as Node)

function set(ours: Description, path: string, value: unknown): void {
  const keys = `components.${path}`.split('.')
  const last = keys.pop() ?? ''
  at(ours, keys.join('.'))[last] = value
}

function rename(node: object, from: string, to: string): void {
  const record = node as Node
  record[to] = record[from]
  delete record[from]
}
