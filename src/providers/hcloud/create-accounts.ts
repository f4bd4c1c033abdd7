// Opens accounts: finds out which Hetzner project a token reaches, with as few calls as can be, and proves it.

import type { Lane } from './account.ts'
import type { AccountState } from './account-state.ts'
import { createAccountView } from './account-view.ts'
import type { AccountsDeps, HcloudAccounts, Opened, OpenOptions } from './accounts.ts'
import { createChain } from './chain.ts'
import { createConnect } from './client.ts'
import type { Firewall } from './domain.ts'
import { isHcloudError } from './errors.ts'
import { lookUpMarker } from './marker.ts'
import { hasAny, readsAnyOf } from './proof.ts'
import { createRegistry } from './registry.ts'
import type { Holder, TokenEntry } from './tokens.ts'
import { untilAborted } from './until-aborted.ts'

export function createAccounts(deps: AccountsDeps): HcloudAccounts {
  const { clock, identity } = deps
  const connect = createConnect({ endpoint: deps.endpoint, chain: createChain(deps) })
  const registry = createRegistry({ ...deps, connect })
  const lookUps = new Map<TokenEntry, Promise<readonly Firewall[]>>()

  /** One look for all who come with this token at once. */
  function markersOf(entry: TokenEntry, lane: Lane): Promise<readonly Firewall[]> {
    const started = lookUps.get(entry)
    if (started !== undefined) return started
    // Shared, so not bound to one holder's signal; the chain's limit bounds it.
    const api = connect(entry.connection, { lane, signal: new AbortController().signal })
    const lookUp = lookUpMarker(api, identity.marker).finally(() => lookUps.delete(entry))
    lookUps.set(entry, lookUp)
    return lookUp
  }

  async function isSameAccount(
    entry: TokenEntry,
    markers: readonly Firewall[],
    options: OpenOptions,
  ): Promise<boolean> {
    const { recorded, signal, lane = 'create' } = options
    if (!hasAny(recorded) || markers.some(({ id }) => id === recorded.markerID)) return true
    // The marker was deleted by hand, or lost its labels: any other recorded id will do.
    return readsAnyOf(connect(entry.connection, { lane, signal }), recorded)
  }

  const view = (entry: TokenEntry, holder: Holder, state: AccountState): Opened => ({
    kind: 'opened',
    account: createAccountView({ clock, connect, identity, state, entry, holder, onMarker: registry.unify }),
  })

  async function identify(entry: TokenEntry, holder: Holder, options: OpenOptions): Promise<Opened> {
    const markers = await untilAborted(markersOf(entry, options.lane ?? 'create'), options.signal)
    if (!(await isSameAccount(entry, markers, options))) {
      // It holds nothing here: what its token reaches is not to be swept on its behalf.
      registry.tokens.release(options.holder)
      return { kind: 'changed' }
    }
    const state = registry.adopt(entry, markers[0]?.id)
    holder.provenIn = state
    return view(entry, holder, state)
  }

  async function judge(entry: TokenEntry, holder: Holder, options: OpenOptions): Promise<Opened> {
    if (registry.tokens.isReadOnly(entry)) return { kind: 'rejected', reason: 'TokenReadOnly' }
    const known = registry.provenAccount(entry)
    if (known !== undefined && isRecordedIn(known, holder)) return view(entry, holder, known)
    try {
      return await identify(entry, holder, options)
    } catch (error) {
      if (!isHcloudError(error) || error.errorClass !== 'Auth') throw error
      // Not remembered: the next open asks again, because a token can come back to life.
      return { kind: 'rejected', reason: 'TokenRejected', error }
    }
  }

  return {
    async open(options) {
      const { entry, holder } = registry.tokens.hold(options.holder, options.token, options.recorded)
      const opened = await judge(entry, holder, options)
      // Not before: with its last holder the account would go, and what it knows of sold-out places and running actions.
      registry.tokens.settle(options.holder, entry)
      return opened
    },
    release: registry.release,
    start(signal) {
      registry.start()
      signal.addEventListener('abort', registry.stop, { once: true })
      if (signal.aborted) registry.stop()
    },
    stop: registry.stop,
  }
}

function isRecordedIn(account: AccountState, { recorded, provenIn }: Holder): boolean {
  if (!hasAny(recorded) || provenIn === account) return true
  return recorded.markerID !== undefined && recorded.markerID === account.markerID
}
