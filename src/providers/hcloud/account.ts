// What a caller sees of one Hetzner project: its books, which say when they may prove absence, and its tools.

import type { Duration } from '../../clock.ts'
import type { Action, Image, Labels, Location, Pricing, PrimaryIP, Server, ServerType, SSHKey } from './domain.ts'

/** Who may spend first when the budget runs low, most important first. Sweeps run in `drift`. */
export type Lane = 'delete' | 'create' | 'repair' | 'drift'

export interface WriteOptions {
  /** Uid of the Project that writes: what is listed of it may be stale after that (R12). */
  holder: string
  lane: Lane
  signal: AbortSignal
}

export interface Book<T> {
  /**
   * Objects that carry this uid. Answered from the last sweep when that began after the uid's last own write (R12) and
   * found something; otherwise from a live read. Absence never comes from a cached list (R11).
   */
  find(uid: string, signal: AbortSignal): Promise<readonly T[]>
  /**
   * Live, after the token has just read something that the account is known to hold: only this proves absence (R11).
   * Throws HcloudError `account_unproven` (class Auth) when nothing known could be read.
   */
  findLive(uid: string, options: { signal: AbortSignal; lane?: Lane }): Promise<readonly T[]>
  /** Live, whatever its labels. */
  byName(name: string, signal: AbortSignal): Promise<T | undefined>
  /** Live. Undefined on 404. */
  byID(id: number, signal: AbortSignal): Promise<T | undefined>
  /** Live, by a label selector. */
  all(selector: string, signal: AbortSignal): Promise<readonly T[]>
}

export interface ServerCreate {
  name: string
  /** Name or id, as a string. */
  type: string
  image: string | number
  location: string
  /** Id of the Primary IPv4. */
  ipv4ID?: number
  ipv6: boolean
  /** Names or ids of keys; with none Hetzner issues a root password. */
  sshKeys: readonly (string | number)[]
  firewallIDs: readonly number[]
  userData: string
  labels: Labels
  /** Default true. */
  startAfterCreate?: boolean
}

export interface Servers extends Book<Server> {
  /** The ids are those of the create action and of every next action, all of which must end before the server runs. */
  create(body: ServerCreate, options: WriteOptions): Promise<{ server: Server; actionIDs: readonly number[] }>
  /** Labels replace the whole set. */
  update(id: number, change: { name?: string; labels?: Labels }, options: WriteOptions): Promise<Server>
  /** These five answer the id of the action that they began. */
  powerOn(id: number, options: WriteOptions): Promise<number>
  /** Asks the guest to stop (ACPI). The action's success says only that it was asked. */
  shutdown(id: number, options: WriteOptions): Promise<number>
  /** Hard. */
  powerOff(id: number, options: WriteOptions): Promise<number>
  /** Asks the guest to restart (ACPI). */
  reboot(id: number, options: WriteOptions): Promise<number>
  /** Hard. */
  reset(id: number, options: WriteOptions): Promise<number>
  /** Undefined when it was gone already. */
  delete(id: number, options: WriteOptions): Promise<number | undefined>
}

export interface PrimaryIPCreate {
  name: string
  type: 'ipv4' | 'ipv6'
  location: string
  autoDelete: boolean
  labels: Labels
}

export interface PrimaryIPs extends Book<PrimaryIP> {
  create(body: PrimaryIPCreate, options: WriteOptions): Promise<PrimaryIP>
  /** Labels replace the whole set. */
  update(
    id: number,
    change: { name?: string; labels?: Labels; autoDelete?: boolean },
    options: WriteOptions,
  ): Promise<PrimaryIP>
  /** True when it was deleted, false when it was gone already. An assigned one is refused: `must_be_unassigned`. */
  delete(id: number, options: WriteOptions): Promise<boolean>
  /** Answers the action's id. The server must be off: else `server_not_stopped`. */
  unassign(id: number, options: WriteOptions): Promise<number>
}

export interface SSHKeys extends Book<SSHKey> {
  create(body: { name: string; publicKey: string; labels: Labels }, options: WriteOptions): Promise<SSHKey>
  /** True when it was deleted, false when it was gone already. */
  delete(id: number, options: WriteOptions): Promise<boolean>
}

export interface Actions {
  /**
   * What the shared batch poll knows of ALL these actions, and asks it to follow them: undefined = not read yet. The
   * holder is woken when one ends. Following another set replaces the holder's last one. An action that Hetzner no
   * longer knows ends as an error with code `action_not_found`.
   */
  follow(ids: readonly number[], holder: string): readonly Action[] | undefined
  /** Live: the server's latest actions, newest first; recovers ids that were lost in a crash. */
  ofServer(serverID: number, signal: AbortSignal): Promise<readonly Action[]>
}

/** What Hetzner sells. Cached for hours; a failed read is not cached. */
export interface Catalog {
  serverTypes(signal: AbortSignal): Promise<readonly ServerType[]>
  locations(signal: AbortSignal): Promise<readonly Location[]>
  /** Every image of this name (one per architecture) or id. Empty = unknown, which is not cached. */
  image(nameOrID: string, signal: AbortSignal): Promise<readonly Image[]>
  /** Names of the vendor's own images that are still offered, for suggestions. */
  imageNames(signal: AbortSignal): Promise<readonly string[]>
  pricing(signal: AbortSignal): Promise<Pricing>
}

export interface TypeInLocation {
  type: string
  location: string
}

/** Remembers sold-out pairs for some minutes, so that the fallback order is not walked from its start each time. */
export interface PlacementMemory {
  isSoldOut(pair: TypeInLocation): boolean
  soldOut(pair: TypeInLocation): void
  /** How long until the pair is worth a try; 0 = now. */
  retryAfter(pair: TypeInLocation): Duration
}

/** One Hetzner project as one holder reaches it, through that holder's token. Take a new one in each pass. */
export interface Account {
  /** Of this process only; never stored. */
  readonly id: string
  /** Undefined until somebody has ensured the marker. */
  readonly markerID: number | undefined
  /**
   * The marker's id. Looked up live by label, created when there is none, its rules and targets repaired. Answers from
   * memory once ensured by this process, until a server of ours is seen without it. Throws HcloudError
   * `marker_name_taken` (class Conflict) when a foreign firewall has its name.
   */
  ensureMarker(options: { holder: string; signal: AbortSignal }): Promise<number>
  readonly servers: Servers
  readonly primaryIPs: PrimaryIPs
  readonly sshKeys: SSHKeys
  readonly actions: Actions
  readonly catalog: Catalog
  readonly placement: PlacementMemory
}
