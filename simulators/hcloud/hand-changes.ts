// Changes that somebody makes by hand at Hetzner, as a fault plan words them: by the names that things bear at that moment.

import type { HandChange } from '../kit/fault.ts'
import { nameMatcher } from '../kit/route-pattern.ts'
import type { Change, Control } from './control.ts'

export type HcloudHandChange = Exclude<
  HandChange,
  { kind: 'changeWebhook' | 'deleteWebhook' | 'revokeBotToken' | 'compact' | 'stealLease' }
>

/** Returns how many things bore the name. */
export function changeByHand(control: Control, change: HcloudHandChange): number {
  const { projects } = control.state()
  const all = <K extends 'servers' | 'primaryIPs' | 'firewalls' | 'sshKeys'>(kind: K) =>
    projects.flatMap((project): { id: number; name: string }[] => project[kind])
  const each = (
    things: readonly { id: number; name: string }[],
    pattern: string,
    act: (id: number) => void,
  ): number => {
    const isMeant = nameMatcher(pattern)
    const meant = things.filter(({ name }) => isMeant(name))
    for (const { id } of meant) act(id)
    return meant.length
  }
  switch (change.kind) {
    case 'powerOff':
      return each(all('servers'), change.server, control.powerOffServer)
    case 'deleteServer':
      return each(all('servers'), change.server, control.deleteServer)
    case 'changeServer':
      return each(all('servers'), change.server, (id) => control.changeServer(changeOf(id, change)))
    case 'deletePrimaryIP':
      return each(all('primaryIPs'), change.primaryIP, control.deletePrimaryIP)
    case 'changePrimaryIP':
      return each(all('primaryIPs'), change.primaryIP, (id) => control.changePrimaryIP(changeOf(id, change)))
    case 'deleteFirewall':
      return each(all('firewalls'), change.firewall, control.deleteFirewall)
    case 'changeFirewall':
      return each(all('firewalls'), change.firewall, (id) => control.changeFirewall(changeOf(id, change)))
    case 'deleteSSHKey':
      return each(all('sshKeys'), change.sshKey, control.deleteSSHKey)
    case 'revokeToken':
      return control.revokeTokensOf(change.project)
  }
}

const changeOf = (id: number, { name, labels }: Pick<Change, 'name' | 'labels'>): Change => ({
  id,
  ...(name !== undefined && { name }),
  ...(labels !== undefined && { labels }),
})
