// Things at Hetzner as the operator sees them, for table tests: name what matters, the rest is plausible.

import type { Action, PrimaryIP, Server, ServerType } from '../../src/providers/hcloud/domain.ts'

export const serverOf = (change: Partial<Server> = {}): Server => ({
  id: 42,
  name: 'echo-sgra6fffilhqg',
  status: 'running',
  created: '2026-01-01T00:00:00Z',
  ipv4: { id: 7, ip: '127.64.0.1' },
  type: 'cx23',
  location: 'nbg1',
  labels: { 'botyard.dev/uid': 'u-1' },
  locked: false,
  firewallIDs: [],
  ...change,
})

export const ipOf = (change: Partial<PrimaryIP> = {}): PrimaryIP => ({
  id: 7,
  name: 'echo-sgra6fffilhqg',
  ip: '127.64.0.1',
  type: 'ipv4',
  location: 'nbg1',
  assigneeID: null,
  autoDelete: false,
  labels: { 'botyard.dev/uid': 'u-1' },
  ...change,
})

export const actionOf = (change: Partial<Action> = {}): Action => ({
  id: 1,
  command: 'create_server',
  status: 'running',
  progress: 0,
  resources: [],
  ...change,
})

const price = (location: string, net: string) => ({
  location,
  hourly: { net: '0.0100', gross: '0.0119' },
  monthly: { net, gross: net },
})

export const typeOf = (
  name: string,
  {
    at = ['nbg1', 'fsn1'],
    architecture = 'x86',
    net = '5.49',
  }: { at?: string[]; architecture?: string; net?: string } = {},
): ServerType => ({
  id: 1,
  name,
  architecture,
  cores: 2,
  memory: 4,
  disk: 40,
  prices: at.map((location) => price(location, net)),
  locations: at.map((location) => ({ name: location, available: true })),
})

/** What Hetzner sells in these tests. */
export const catalog = {
  serverTypes: [
    typeOf('cx23'),
    typeOf('cpx22', { net: '7.99' }),
    typeOf('cax11', { architecture: 'arm' }),
    typeOf('cpx11', { at: ['ash'] }),
  ],
  locations: ['nbg1', 'fsn1', 'hel1', 'ash'].map((name, index) => ({ id: index, name, networkZone: 'eu-central' })),
}
