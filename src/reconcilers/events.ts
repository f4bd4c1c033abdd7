// Every event that the operator tells of a Project, one function each: what has been done, told when it is done, and what has
// changed, told once when the status says so. Never what is planned, and never once more for a retry.

import { event, eventOfCondition, normal, warning } from './project-event.ts'

interface Named {
  name: string
}

interface Placed extends Named {
  type: string
  location: string
  ipv4: string
}

// The address. While a server is looked for, addresses come and go with the locations: the one that stays is told with its server.

export const addressReleased = event(
  normal('AddressReleased', 'ReleaseAddress', 'The Project is being deleted, and its Primary IPv4 was given back.'),
  ({ ip, location }: { ip: string; location: string }) => `Gave back ${ip} in ${location}.`,
)

export const addressTakenOver = event(
  normal(
    'AddressTakenOver',
    'AdoptAddress',
    'The Primary IPv4 of an earlier Project of this name was taken over, as botyard.dev/adopt says.',
  ),
  ({ ip }: { ip: string }) => `Took over ${ip} from the earlier Project.`,
)

export const addressOrphaned = event(
  normal(
    'AddressOrphaned',
    'OrphanAddress',
    'The Project goes and its address stays, without our labels: deletionPolicy is Orphan.',
  ),
  ({ ip }: { ip: string }) => `Left ${ip} and took our labels off it.`,
)

// The server.

export const serverCreated = event(
  normal('ServerCreated', 'CreateServer', 'Hetzner has taken the order for the server.'),
  ({ name, type, location, ipv4 }: Placed) => `Created server ${name}, a ${type} in ${location}, on ${ipv4}.`,
)

export const serverRecreated = event(
  warning('ServerRecreated', 'CreateServer', 'The server had vanished, and was created again on the same address.'),
  ({ name, type, location, ipv4 }: Placed) =>
    `Server ${name} had vanished; created it again, a ${type} in ${location}, on ${ipv4} as before.`,
)

export const serverStarted = event(
  normal('ServerStarted', 'StartServer', 'The server was off, and was told to start.'),
  ({ name }: Named) => `Server ${name} was off; told it to start.`,
)

export const serverRelabelled = event(
  normal(
    'ServerRelabelled',
    'RelabelServer',
    'Name or labels of the server were others than ours, and were put right.',
  ),
  ({ name }: Named) => `Put name and labels of server ${name} right.`,
)

export const serverDiscarded = event(
  warning(
    'ServerDiscarded',
    'DiscardServer',
    'Hetzner failed to create the server. It never ran and was deleted; it is created again.',
  ),
  ({ name, why }: Named & { why: string }) => `Hetzner failed to create server ${name}: ${why}. Deleted it.`,
)

export const formerServerDeleted = event(
  normal(
    'FormerServerDeleted',
    'AdoptAddress',
    'The server of an earlier Project of this name was deleted, as botyard.dev/adopt says.',
  ),
  ({ name }: Named) => `Deleted server ${name} of the earlier Project.`,
)

export const serverStopped = event(
  normal('ServerStopped', 'StopServer', 'The Project is being deleted, and its server was told to shut down.'),
  ({ name }: Named) => `Told server ${name} to shut down.`,
)

export const serverDeleted = event(
  normal(
    'ServerDeleted',
    'DeleteServer',
    'The Project is being deleted, and Hetzner has taken the order to delete its server.',
  ),
  ({ name }: Named) => `Deleted server ${name}.`,
)

export const serverOrphaned = event(
  normal(
    'ServerOrphaned',
    'OrphanServer',
    'The Project goes and its server stays, without our labels: deletionPolicy is Orphan.',
  ),
  ({ name }: Named) => `Left server ${name} and took our labels off it.`,
)

export const secretRestored = event(
  normal(
    'SecretRestored',
    'RestoreSecret',
    'The Secret with the keys of the server was missing or changed, and was written again from the escrow.',
  ),
  ({ name }: Named) => `Wrote Secret ${name} again from the escrow.`,
)

// The webhook.

export const webhookSet = event(
  normal('WebhookSet', 'SetWebhook', 'Telegram was told where to deliver.'),
  ({ url }: { url: string }) => `Set the webhook to ${url}.`,
)

export const webhookRepaired = event(
  warning('WebhookRepaired', 'SetWebhook', 'Somebody else had changed the webhook, and it was set again.'),
  ({ url }: { url: string }) => `Somebody else had changed the webhook; set it to ${url} again.`,
)

export const webhookDeleted = event(
  normal('WebhookDeleted', 'DeleteWebhook', 'The Project is being deleted, and its webhook was removed.'),
  () => 'Removed the webhook.',
)

export const webhookSkipped = event(
  warning(
    'WebhookSkipped',
    'DeleteWebhook',
    'The Project was deleted without a look at its webhook: no token of its bot is left, and a paid server never waits for one.',
  ),
  () => 'Left the webhook as it is: Telegram accepts no token of its bot.',
)

// The end.

export const cleanedUp = event(
  normal(
    'CleanedUp',
    'ReleaseProject',
    'The Project is let go: all that it owned is known to be gone, or to stay on purpose.',
  ),
  ({ orphaned }: { orphaned: boolean }) =>
    orphaned ? 'Let go of the server and its address, which stay at Hetzner.' : 'Nothing of it is left at Hetzner.',
)

export const abandoned = event(
  warning(
    'Abandoned',
    'ReleaseProject',
    'The Project is let go although something of it may be left: botyard.dev/abandon is true. A Secret says what.',
  ),
  ({ tombstone }: { tombstone: string }) =>
    `Gave up what may still exist at Hetzner and Telegram; Secret ${tombstone} says what.`,
)

// What the status says: once for each change.

export const becameReady = event(
  normal('Ready', 'Reconcile', 'Ready became True.'),
  ({ summary }: { summary: string }) => summary,
)

export const becameUnready = eventOfCondition(warning('NotReady', 'Reconcile', 'Ready is True no longer.'))

export const stalled = eventOfCondition(
  warning(
    undefined,
    'Reconcile',
    'Nothing goes on until a person acts: [Stalled](conditions.md#stalled) has begun, or has another reason.',
  ),
)

export const outOfCapacity = eventOfCondition(
  warning(
    'NoCapacity',
    'CreateServer',
    'Every wanted server type is sold out in every wanted location. Tried again by itself.',
  ),
)

export const drifted = eventOfCondition(
  warning('DriftReported', 'Reconcile', 'What runs differs from what spec and its references say.'),
)

export const suspended = event(
  normal('Suspended', 'Suspend', 'spec.suspend is true: nothing is written outside.'),
  () => 'Nothing is written outside while spec.suspend is true.',
)

export const resumed = event(
  normal('Resumed', 'Resume', 'spec.suspend is true no longer.'),
  () => 'Goes on: spec.suspend is true no longer.',
)
