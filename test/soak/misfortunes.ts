// What happens to the operator in a soak: one fault after the other, from a seed, each soon over.

export interface Misfortune {
  /** Before the API server. */
  kubernetes?: object
  /** In the simulated worlds. */
  worlds?: object
}

const projects = 'GET /apis/botyard.dev/v1alpha1/projects'
const hour = 3_600

const requests = (world: 'kubernetes' | 'hcloud' | 'telegram'): object[] =>
  [
    { kind: 'before', times: 3 },
    { kind: 'after', times: 2 },
    { kind: 'status', status: 503, times: 3 },
    { kind: 'status', status: 429, headers: { 'retry-after': '1' }, times: 2 },
    { kind: 'half', times: 2 },
    { kind: 'wrongBody', times: 2 },
    { kind: 'late', ms: 1_500, times: 3 },
  ].map((fault) => ({ ...fault, world, route: 'ANY *' }))

const watches: object[] = [
  { kind: 'cutLine' },
  { kind: 'endWatch' },
  { kind: 'repeatLine' },
  { kind: 'wrongLine' },
  { kind: 'stallWatch', ms: 3_000 },
].map((fault) => ({ ...fault, route: projects, times: 1 }))

const hands: object[] = [
  { kind: 'powerOff', server: '*' },
  { kind: 'deleteServer', server: '*' },
  { kind: 'deleteWebhook', bot: '*' },
  { kind: 'soldOut', type: 'cx23', location: 'nbg1', until: hour / 60 },
]

export const misfortunes: readonly Misfortune[] = [
  ...[...requests('kubernetes'), ...watches, { kind: 'compact' }].map((kubernetes) => ({ kubernetes })),
  ...[...requests('hcloud'), ...requests('telegram'), ...hands].map((worlds) => ({ worlds })),
]

/** All of them in an order of chance, and again in another one. */
export function* shuffled(random: () => number): Generator<Misfortune, never> {
  for (;;) {
    const left = [...misfortunes]
    while (left.length > 0) yield left.splice(Math.floor(random() * left.length), 1)[0] as Misfortune
  }
}
