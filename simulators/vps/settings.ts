// What the HTTPS server on a machine is told by the files that user data brought: the contract with the operator.

import { parseEnvironmentFile } from './environment-file.ts'
import type { Disk } from './write-files.ts'

export interface ServerSettings {
  /** PEM, leaf first. */
  certificate: string
  /** PEM. */
  key: string
  port: number
  /** Of the webhook; begins with a slash. */
  path: string
  probePath: string
  /** What requests to the webhook must carry. */
  secretToken: string
}

/** Where the operator looks when the Project names no other path. */
const defaultProbePath = '/.well-known/botyard'

/** Throws an Error that says which file lacks what; it never holds a file's content. */
export function readSettings(disk: Disk): ServerSettings {
  const text = (path: string): string => {
    const file = disk.get(path)
    if (file === undefined) throw new Error(`${path} is missing`)
    return file.content.toString()
  }
  const { webhook, probe } = projectOf(text('/etc/botyard/project.json'))
  const port = Number(webhook?.port)
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new Error('/etc/botyard/project.json lacks webhook.port')
  if (typeof webhook?.path !== 'string') throw new Error('/etc/botyard/project.json lacks webhook.path')
  const environment = parseEnvironmentFile(text('/etc/botyard/bot.env'))
  return {
    certificate: text('/etc/botyard/tls.crt'),
    key: text('/etc/botyard/tls.key'),
    port,
    path: webhook.path,
    probePath: typeof probe?.path === 'string' ? probe.path : defaultProbePath,
    secretToken: environment.get('TELEGRAM_WEBHOOK_SECRET_TOKEN') ?? '',
  }
}

interface ProjectFile {
  webhook?: { port?: unknown; path?: unknown }
  probe?: { path?: unknown }
}

function projectOf(text: string): ProjectFile {
  try {
    return (JSON.parse(text) ?? {}) as ProjectFile
  } catch {
    throw new Error('/etc/botyard/project.json is no JSON')
  }
}
