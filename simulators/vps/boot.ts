// What happens between power and the first answer: cloud-init on a new disk, then the HTTPS server from what is on it.

import { createHash } from 'node:crypto'
import type { BootFailure } from '../kit/machines.ts'
import { mergeCloudConfig } from './cloud-config.ts'
import { parseUserData, type UserDataPart } from './user-data.ts'
import { type Disk, writeFiles } from './write-files.ts'

export interface CloudInitResult {
  status: 'done' | 'degraded' | 'error'
  /** Never with content. */
  messages: string[]
  /** Content types of the parts, in order. */
  parts: string[]
  /** Whether a part other than the operator's came along: that one brings the HTTPS server. */
  hasWorkload: boolean
}

export interface Installation {
  readonly disk: Disk
  readonly cloudInit: CloudInitResult
  readonly userDataHash: string
}

/** cloud-init's first run on a new disk; later boots find the disk as it is. */
export function install(userData: string, failure?: BootFailure): Installation {
  const disk: Disk = new Map()
  const cloudInit =
    failure === 'cloudInitError' ? failed('cloud-init stopped before its first module') : runCloudInit(userData, disk)
  return { disk, cloudInit, userDataHash: createHash('sha256').update(userData).digest('hex') }
}

const failed = (message: string): CloudInitResult => ({
  status: 'error',
  messages: [message],
  parts: [],
  hasWorkload: false,
})

function runCloudInit(userData: string, disk: Disk): CloudInitResult {
  const parts = partsOf(userData)
  if (parts === undefined) return failed('the user data is damaged gzip data')
  const { config, warnings } = mergeCloudConfig(parts)
  const messages = [...warnings, ...writeFiles(disk, config)]
  return {
    status: messages.length === 0 ? 'done' : 'degraded',
    messages,
    parts: parts.map(({ contentType }) => contentType),
    hasWorkload: parts.some(bringsWorkload),
  }
}

function partsOf(userData: string): UserDataPart[] | undefined {
  try {
    return parseUserData(userData)
  } catch {
    return undefined
  }
}

/** On a real server the user's part brings an HTTPS server; here its presence stands for that server. */
const bringsWorkload = (part: UserDataPart): boolean => part.contentType !== 'text/plain' && !isOperators(part)

/** The operator's part is the one that writes the contract files; the user's may mention them. */
function isOperators(part: UserDataPart): boolean {
  const stated = mergeCloudConfig([part]).config['write_files']
  const entries: readonly unknown[] = Array.isArray(stated) ? stated : []
  return entries.some((entry) => (entry as { path?: unknown } | null)?.path === '/etc/botyard/project.json')
}
