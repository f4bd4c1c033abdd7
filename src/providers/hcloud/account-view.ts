// One account as one holder sees it: the shared state, reached through that holder's token.

import { z } from 'zod'
import type { Clock } from '../../clock.ts'
import type { Account } from './account.ts'
import type { AccountState } from './account-state.ts'
import { actionSchema } from './action-schema.ts'
import { createCatalog } from './catalog.ts'
import { type Connect, property } from './client.ts'
import type { Identity } from './identity.ts'
import { ensureMarker } from './marker.ts'
import { createPrimaryIPs } from './primary-ips.ts'
import { type Reach, readLane } from './reach.ts'
import { createServers } from './servers.ts'
import { createSSHKeys } from './ssh-keys.ts'
import type { Holder, TokenEntry } from './tokens.ts'
import { untilAborted } from './until-aborted.ts'

export interface AccountViewDeps {
  clock: Clock
  connect: Connect
  identity: Identity
  state: AccountState
  entry: TokenEntry
  holder: Holder
  /** The account has learnt its marker's id: another state may be the same Hetzner project. */
  onMarker(state: AccountState): void
}

export function createAccountView({
  clock,
  connect,
  identity,
  state,
  entry,
  holder,
  onMarker,
}: AccountViewDeps): Account {
  const { clusterSelector, uidLabel, marker } = identity
  const reach: Reach = {
    api: (options) => connect(entry.connection, options),
    selectorOf: (uid) => `${clusterSelector},${uidLabel}==${uid}`,
    prove: (options) =>
      entry.proof.prove(connect(entry.connection, options), [{ markerID: state.markerID }, holder.recorded]),
    writes: state.writes,
  }
  const learnActions = state.actions.learn
  /** For work that several holders share: one who leaves must not end it for the others. The chain's limit bounds it. */
  const sharedSignal = () => new AbortController().signal

  async function ensureOnce(uid: string): Promise<number> {
    try {
      const options = { holder: uid, lane: 'create' as const, signal: sharedSignal() }
      state.markerID = await ensureMarker(reach.api(options), marker)
      state.isMarkerEnsured = true
      onMarker(state)
      return state.markerID
    } finally {
      state.ensuringMarker = undefined
    }
  }

  return {
    id: state.id,
    get markerID() {
      return state.markerID
    },
    async ensureMarker({ holder: uid, signal }) {
      if (state.isMarkerEnsured && state.markerID !== undefined) return state.markerID
      state.ensuringMarker ??= ensureOnce(uid)
      return untilAborted(state.ensuringMarker, signal)
    },
    servers: createServers({ reach, cache: state.servers, clusterSelector, learnActions }),
    primaryIPs: createPrimaryIPs({ reach, cache: state.primaryIPs, clusterSelector, learnActions }),
    sshKeys: createSSHKeys(reach),
    actions: {
      follow: state.actions.follow,
      async ofServer(id, signal) {
        const { data } = await reach.api({ lane: readLane, signal }).GET('/servers/{id}/actions', {
          params: { path: { id }, query: { sort: ['id:desc'] } },
        })
        return property(data, 'actions', z.array(actionSchema))
      },
    },
    catalog: createCatalog({
      clock,
      cache: state.catalog,
      api: () => reach.api({ lane: readLane, signal: sharedSignal() }),
    }),
    placement: state.placement,
  }
}
