// cloud-init's write_files: from the configuration to files on the disk.

import { posix } from 'node:path'
import { gunzipSync } from 'node:zlib'

export interface DiskFile {
  content: Buffer
  /** Permission bits. */
  mode: number
  /** `user:group` or a user. */
  owner: string
}

export type Disk = Map<string, DiskFile>

interface Entry {
  path?: unknown
  content?: unknown
  encoding?: unknown
  owner?: unknown
  permissions?: unknown
  append?: unknown
  defer?: unknown
  source?: unknown
}

/** Users of a stock image. Files for others must be deferred, because packages bring those later. */
const knownOwners = [
  'root daemon bin sys adm mail man news nobody nogroup sshd syslog systemd-network systemd-resolve messagebus',
  'www-data users staff shadow _apt tty disk sudo',
].flatMap((line) => line.split(' '))

/**
 * Writes what is due, those that wait for packages last. As in cloud-init, an entry that fails ends its round, and the
 * later files of that round are missing. Returns what went wrong, without content.
 */
export function writeFiles(disk: Disk, config: Record<string, unknown>): string[] {
  const stated = config['write_files']
  const entries = (Array.isArray(stated) ? stated : []).filter((entry) => typeof entry === 'object' && entry !== null)
  const isDeferred = ({ defer }: Entry) => defer === true
  return [
    ...writeRound(disk, { entries: entries.filter((entry: Entry) => !isDeferred(entry)), anyOwner: false }),
    ...writeRound(disk, { entries: entries.filter(isDeferred), anyOwner: true }),
  ]
}

function writeRound(disk: Disk, { entries, anyOwner }: { entries: readonly Entry[]; anyOwner: boolean }): string[] {
  const warnings: string[] = []
  for (const entry of entries) {
    try {
      const warning = write(disk, { entry, anyOwner })
      if (warning !== undefined) warnings.push(warning)
    } catch (error) {
      return [...warnings, `write_files: ${String(entry.path)}: ${(error as Error).message}`]
    }
  }
  return warnings
}

function write(disk: Disk, { entry, anyOwner }: { entry: Entry; anyOwner: boolean }): string | undefined {
  if (typeof entry.path !== 'string' || entry.path === '') return 'write_files: an entry has no path'
  const path = posix.resolve('/', entry.path)
  const content = contentOf(entry)
  if (content === undefined) return `write_files: ${path}: no content`
  const owner = typeof entry.owner === 'string' ? entry.owner : 'root:root'
  const before = entry.append === true ? disk.get(path)?.content : undefined
  disk.set(path, { content: Buffer.concat([before ?? Buffer.of(), content]), mode: modeOf(entry.permissions), owner })
  const unknown = anyOwner ? undefined : owner.split(':').find((name) => name !== '' && !knownOwners.includes(name))
  if (unknown !== undefined) throw new Error(`Unknown user or group: ${unknown}`)
  return undefined
}

/** `source.uri` needs a network, which there is none of. */
function contentOf({ content, encoding }: Entry): Buffer | undefined {
  if (content === undefined || content === null) return undefined
  const raw = content instanceof Uint8Array ? Buffer.from(content) : Buffer.from(String(content))
  const words = String(encoding ?? '')
    .toLowerCase()
    .trim()
    .split('+')
  const isZipped = words.includes('gz') || words.includes('gzip')
  const isBase64 = words.includes('b64') || words.includes('base64')
  const bytes = isBase64 ? Buffer.from(raw.toString(), 'base64') : raw
  return isZipped ? unzip(bytes) : bytes
}

function unzip(bytes: Buffer): Buffer {
  try {
    return gunzipSync(bytes)
  } catch {
    throw new Error('Cannot decompress content: it is no gzip data')
  }
}

const defaultMode = 0o644

/** A number is taken as it is, text as octal; what is neither counts as the default. */
function modeOf(permissions: unknown): number {
  if (typeof permissions === 'number') return permissions
  return typeof permissions === 'string' && /^(0o)?[0-7]+$/.test(permissions)
    ? Number.parseInt(permissions.replace('0o', ''), 8)
    : defaultMode
}
