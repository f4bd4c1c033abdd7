// Reads that no single holder asked for: sweeps and action polls. They take turns among the account's tokens, so that
// each token stays proven and a revoked one is noticed without holding up the others.

import { z } from 'zod'
import type { AccountState } from './account-state.ts'
import { actionSchema } from './action-schema.ts'
import { classify } from './classification.ts'
import { type Api, type Connect, property } from './client.ts'
import type { Action } from './domain.ts'
import { HcloudError, isHcloudError } from './errors.ts'
import type { Identity } from './identity.ts'
import { listPrimaryIPs } from './primary-ips.ts'
import { readLane } from './reach.ts'
import { listServers } from './servers.ts'
import type { TokenEntry } from './tokens.ts'

export interface SharedReadsDeps {
  connect: Connect
  identity: Identity
  entriesOf(account: AccountState): readonly TokenEntry[]
}

export interface SharedReads {
  sweepServers(account: AccountState): Promise<void>
  sweepPrimaryIPs(account: AccountState): Promise<void>
  actions(account: AccountState, ids: readonly number[]): Promise<readonly Action[]>
}

export function createSharedReads({ connect, identity, entriesOf }: SharedReadsDeps): SharedReads {
  const filter = { label_selector: identity.clusterSelector }

  /** Bound to no caller: the chain's limit and the timers' stop are bounds enough. */
  const apiOf = ({ connection }: TokenEntry, lane: 'drift' | 'repair') =>
    connect(connection, { lane, signal: new AbortController().signal })

  /** Tries one token after another, as long as they are refused. */
  async function throughAny<T>(entries: readonly TokenEntry[], use: (entry: TokenEntry) => Promise<T>): Promise<T> {
    let refused = noToken()
    for (const entry of entries) {
      try {
        return await use(entry)
      } catch (error) {
        if (!isHcloudError(error) || error.errorClass !== 'Auth') throw error
        refused = error
      }
    }
    throw refused
  }

  /** The token that was used longest ago comes first: so they take turns. */
  const inTurn = (account: AccountState) =>
    entriesOf(account)
      .filter(({ isRejected }) => !isRejected)
      .sort((a, b) => (a.provenAt ?? 0) - (b.provenAt ?? 0))

  const readActions = async (api: Api, ids: readonly number[]) => {
    const { data } = await api.GET('/actions', { params: { query: { id: [...ids] } } })
    return property(data, 'actions', z.array(actionSchema))
  }

  return {
    sweepServers: (account) =>
      throughAny(inTurn(account), (entry) => account.servers.sweep(() => listServers(apiOf(entry, 'drift'), filter))),
    sweepPrimaryIPs: (account) =>
      throughAny(inTurn(account), (entry) =>
        account.primaryIPs.sweep(() => listPrimaryIPs(apiOf(entry, 'drift'), filter)),
      ),
    // The token that was accepted last comes first: somebody waits.
    actions: (account, ids) =>
      throughAny(inTurn(account).reverse(), (entry) => readActions(apiOf(entry, readLane as 'repair'), ids)),
  }
}

const noToken = () =>
  new HcloudError({
    ...classify('unauthorized'),
    code: 'unauthorized',
    message: 'Cannot read from Hetzner: every token of this account was refused',
  })
