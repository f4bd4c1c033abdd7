// The catalogue of the simulated Hetzner: what can be bought where and for how much. Illustrative, as of late 2026.

export interface Location {
  id: number
  name: string
  description: string
  country: string
  city: string
  latitude: number
  longitude: number
  network_zone: string
}

export interface Deprecation {
  announced: string
  unavailable_after: string
}

export interface ServerType {
  id: number
  name: string
  description: string
  category: string
  cores: number
  memory: number
  disk: number
  cpuType: 'shared' | 'dedicated'
  architecture: Architecture
  /** Net euros a month in the EU; elsewhere it costs a fifth more. */
  monthlyNet: number
  offers: readonly Offer[]
}

/** One location where a type is listed. */
export interface Offer {
  location: Location
  deprecation: Deprecation | null
}

export interface ISO {
  id: number
  name: string
  description: string
  type: 'public'
  deprecation: Deprecation | null
  /** `null`: it does not say. */
  architecture: Architecture | null
}

export type Architecture = 'x86' | 'arm'

export interface Image {
  id: number
  name: string
  description: string
  flavor: 'debian' | 'ubuntu'
  version: string
  architecture: Architecture
  created: string
  deprecation: Deprecation | null
}

function place(id: number, name: string, about: Omit<Location, 'id' | 'name' | 'description'>): Location {
  return { id, name, description: `${about.city} data center park`, ...about }
}

const fsn1 = place(1, 'fsn1', {
  country: 'DE',
  city: 'Falkenstein',
  latitude: 50.47612,
  longitude: 12.370071,
  network_zone: 'eu-central',
})
const nbg1 = place(2, 'nbg1', {
  country: 'DE',
  city: 'Nuremberg',
  latitude: 49.452102,
  longitude: 11.076665,
  network_zone: 'eu-central',
})
const hel1 = place(3, 'hel1', {
  country: 'FI',
  city: 'Helsinki',
  latitude: 60.169855,
  longitude: 24.938379,
  network_zone: 'eu-central',
})
const ash = place(4, 'ash', {
  country: 'US',
  city: 'Ashburn, VA',
  latitude: 39.045821,
  longitude: -77.487073,
  network_zone: 'us-east',
})
const hil = place(5, 'hil', {
  country: 'US',
  city: 'Hillsboro, OR',
  latitude: 45.54222,
  longitude: -122.951924,
  network_zone: 'us-west',
})
const sin = place(6, 'sin', {
  country: 'SG',
  city: 'Singapore',
  latitude: 1.283333,
  longitude: 103.833333,
  network_zone: 'ap-southeast',
})

export const locations: readonly Location[] = [fsn1, nbg1, hel1, ash, hil, sin]

const europe = [fsn1, nbg1, hel1]
const overseas = [ash, hil, sin]

const families = {
  cx: { category: 'Cost-Optimized', cpuType: 'shared', architecture: 'x86' },
  cpx: { category: 'Regular Performance', cpuType: 'shared', architecture: 'x86' },
  cax: { category: 'Cost-Optimized', cpuType: 'shared', architecture: 'arm' },
  ccx: { category: 'General Purpose', cpuType: 'dedicated', architecture: 'x86' },
} as const

/** `name`: family and number; `size`: cores / GB of memory / GB of disk; `goneFrom`: where it was sold until lately. */
function type(
  id: number,
  name: string,
  about: { size: string; net: number; at: readonly Location[]; goneFrom?: readonly Location[] },
): ServerType {
  const family = families[name.replace(/\d+$/, '') as keyof typeof families]
  const [cores = 0, memory = 0, disk = 0] = about.size.split('/').map(Number)
  const offers = [
    ...about.at.map((location) => ({ location, deprecation: null })),
    ...(about.goneFrom ?? []).map((location) => ({ location, deprecation: oldGeneration })),
  ]
  return { id, name, description: name.toUpperCase(), ...family, cores, memory, disk, monthlyNet: about.net, offers }
}

const oldGeneration = { announced: '2025-10-16T06:00:00Z', unavailable_after: '2026-01-01T00:00:00Z' }

export const serverTypes: readonly ServerType[] = [
  type(22, 'cpx11', { size: '2/2/40', net: 4.99, at: overseas }),
  type(23, 'cpx21', { size: '3/4/80', net: 8.99, at: overseas, goneFrom: europe }),
  type(24, 'cpx31', { size: '4/8/160', net: 15.99, at: overseas, goneFrom: europe }),
  type(45, 'cax11', { size: '2/4/40', net: 5.99, at: europe }),
  type(93, 'cax21', { size: '4/8/80', net: 9.49, at: europe }),
  type(94, 'cax31', { size: '8/16/160', net: 17.99, at: europe }),
  type(95, 'cax41', { size: '16/32/320', net: 34.99, at: europe }),
  type(96, 'ccx13', { size: '2/8/80', net: 15.99, at: [...europe, ...overseas] }),
  type(97, 'ccx23', { size: '4/16/160', net: 31.49, at: [...europe, ...overseas] }),
  type(98, 'ccx33', { size: '8/32/240', net: 62.49, at: [...europe, ...overseas] }),
  type(104, 'cx22', { size: '2/4/40', net: 3.79, at: [], goneFrom: europe }),
  type(108, 'cpx12', { size: '1/2/40', net: 6.49, at: europe }),
  type(109, 'cpx22', { size: '2/4/80', net: 7.99, at: europe }),
  type(110, 'cpx32', { size: '4/8/160', net: 13.99, at: europe }),
  type(111, 'cpx42', { size: '8/16/320', net: 25.49, at: europe }),
  type(114, 'cx23', { size: '2/4/40', net: 5.49, at: europe }),
  type(115, 'cx33', { size: '4/8/80', net: 8.49, at: europe }),
  type(116, 'cx43', { size: '8/16/160', net: 15.99, at: europe }),
  type(117, 'cx53', { size: '16/32/320', net: 29.99, at: europe }),
]

const endOfDebian11 = { announced: '2026-08-31T00:00:00Z', unavailable_after: '2026-11-30T23:59:59Z' }

/** The two ids are those of the x86 and of the arm image: one name stands for both. */
function image(
  ids: readonly [number, number],
  name: string,
  about: { created: string; deprecation?: Deprecation },
): Image[] {
  const [flavor = '', version = ''] = name.split('-')
  const common = {
    name,
    description: `${flavor === 'debian' ? 'Debian' : 'Ubuntu'} ${version}`,
    flavor: flavor as Image['flavor'],
    version,
    created: about.created,
    deprecation: about.deprecation ?? null,
  }
  return [
    { id: ids[0], ...common, architecture: 'x86' },
    { id: ids[1], ...common, architecture: 'arm' },
  ]
}

export const images: readonly Image[] = [
  ...image([45557056, 103907373], 'debian-11', { created: '2021-08-16T11:12:01Z', deprecation: endOfDebian11 }),
  ...image([114690389, 114690400], 'debian-12', { created: '2023-06-13T06:00:00Z' }),
  ...image([161547269, 161547270], 'ubuntu-24.04', { created: '2024-04-25T13:26:20Z' }),
  ...image([310557660, 310557661], 'debian-13', { created: '2025-08-11T06:00:00Z' }),
  ...image([345557700, 345557701], 'ubuntu-26.04', { created: '2026-04-24T06:00:00Z' }),
]

export const isos: readonly ISO[] = [
  ...(
    [
      ['x86', 28821],
      ['arm', 28822],
    ] as const
  ).map(
    ([architecture, id]): ISO => ({
      id,
      name: `debian-13.1.0-${architecture === 'x86' ? 'amd64' : 'arm64'}-netinst.iso`,
      description: `Debian 13.1 (${architecture})`,
      type: 'public',
      deprecation: null,
      architecture,
    }),
  ),
  {
    id: 7631,
    name: 'systemrescue-12.02.iso',
    description: 'SystemRescue 12.02',
    type: 'public',
    deprecation: null,
    architecture: null,
  },
]
