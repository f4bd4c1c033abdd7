// The mistakes that the crash matrix must catch, as changes of the sources.

import type { Mistake } from './mistake.ts'

export const mistakes: readonly Mistake[] = [
  {
    what: 'finalizer after create',
    file: 'src/reconcilers/project.ts',
    from: '[credentials, guard, rehearse, address, server, workload, webhook]',
    to: '[credentials, rehearse, address, server, workload, webhook, guard]',
    story: 'create',
    caughtBy: 'finalizer first',
  },
  {
    what: 'random name',
    file: 'src/reconcilers/names.ts',
    from: 'hash(cluster, owner.uid)}',
    to: 'hash(cluster, owner.uid, String(process.pid))}',
    story: 'create',
    plan: 'late hcloud POST /primary_ips #1',
    caughtBy: 'never two',
  },
  {
    what: 'id trusted',
    file: 'src/reconcilers/server.ts',
    from: 'const found = await account.servers.find(project.metadata.uid, signal)',
    to: 'const known = await account.servers.byID(pass.draft.server?.id ?? 0, signal)\n  const found = known === undefined ? [] : [known]',
    story: 'create',
    plan: 'after hcloud POST /servers #1',
    caughtBy: 'the end',
  },
  {
    what: 'no look-up before create',
    file: 'src/reconcilers/server-create.ts',
    from: 'const obstacle = await lookUp(pass)',
    to: 'const obstacle = undefined as Awaited<ReturnType<typeof lookUp>>',
    story: 'create',
    caughtBy: 'the trace',
  },
  {
    what: 'absence from the cache',
    file: 'src/providers/hcloud/book.ts',
    from: 'if (known.length > 0) return known',
    to: 'return known',
    story: 'create',
    plan: 'after hcloud POST /servers #1',
    caughtBy: 'the end',
  },
  {
    what: 'no confirmation after delete',
    file: 'src/reconcilers/teardown.ts',
    from: '  confirmAbsence,\n',
    to: '',
    story: 'delete-while-creating',
    plan: 'late hcloud POST /primary_ips #1',
    caughtBy: 'the end',
  },
  {
    what: 'webhook left for last',
    file: 'src/reconcilers/teardown.ts',
    from: '  removeWebhook,\n  removeServers,\n  removeAddresses,\n  removeKeys,\n',
    to: '  removeServers,\n  removeAddresses,\n  removeKeys,\n  removeWebhook,\n',
    story: 'delete',
    caughtBy: 'webhook first',
  },
  {
    what: 'escrow dropped early',
    file: 'src/reconcilers/teardown.ts',
    from: '  pass.escrow = await readEscrow(pass)\n',
    to: '  pass.escrow = await readEscrow(pass)\n  await removeEscrow(pass, pass.project.metadata.uid)\n',
    story: 'delete-secrets-first',
    caughtBy: 'the end',
  },
]
