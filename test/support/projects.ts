// Projects as the API server would send them: small to write down, complete with defaults where the operator parses them.

import { API_VERSION, KIND, type Project, parseProject } from '../../src/api/project.ts'

/** A spec as users write it, without defaults; members given replace whole top-level members. */
export type RawSpec = Record<string, unknown>

export const userPart = '#cloud-config\npackages: [caddy]\n'

/** Everything a bot needs; the port is one that needs no root. */
export const botSpec = (change: RawSpec = {}): RawSpec => ({
  hetzner: { tokenSecretRef: { name: 'hetzner' } },
  server: { types: ['cx23', 'cpx22'], locations: ['nbg1', 'fsn1'] },
  workload: { cloudInit: { inline: userPart } },
  telegram: { tokenSecretRef: { name: 'bot' }, webhook: { port: 8443 } },
  ...change,
})

interface Parts {
  metadata?: Partial<Project['metadata']>
  spec?: RawSpec
  status?: Project['status']
}

/** Parsed, with defaults, and with a finalizer or status only where a test asks for it. */
export function projectOf({ metadata, spec = botSpec(), status }: Parts = {}): Project {
  const result = parseProject({
    apiVersion: API_VERSION,
    kind: KIND,
    metadata: {
      name: 'echo',
      namespace: 'shop',
      uid: '8f14e45f-ceea-467f-a4c5-0d8f3c2b1a90',
      resourceVersion: '7',
      generation: 1,
      creationTimestamp: '2026-01-01T00:00:00Z',
      ...metadata,
    },
    spec,
    ...(status !== undefined && { status }),
  })
  if (!result.ok) throw new Error(`Cannot make a Project: ${result.problems.join('; ')}`)
  return result.project
}
