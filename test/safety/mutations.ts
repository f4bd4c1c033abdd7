// Each safety rule taken out of the source, one home at a time, and the test that must notice. A mutation names its file,
// the text that is replaced (it must be there exactly once) and the text that stands instead.

export interface Mutation {
  rule: `R${number}`
  /** What the operator is without: a row of the table that is printed. */
  what: string
  file: string
  from: string
  to: string
  /** Part of the full name of the test that kills it. */
  killedBy: string
}

/** A folder's worth of rules that live in few files: paths stay short. */
const inReconcilers = (file: string) => `src/reconcilers/${file}.ts`
const inHcloud = (file: string) => `src/providers/hcloud/${file}.ts`

export const mutations: readonly Mutation[] = [
  {
    rule: 'R1',
    what: 'the name of server, address and key says which uid',
    file: inReconcilers('names'),
    from: '`${owner.name}-${hash(cluster, owner.uid)}`',
    to: '`${owner.name}-${hash(cluster, owner.uid, String(process.hrtime.bigint()))}`',
    killedBy: 'after POST /primary_ips',
  },
]
