// The files that are the contract between operator, server and simulator (docs: "On the server"). Pure.

/** A file that user data carries to a server. Owner is root. */
export interface ServerFile {
  /** Absolute path. */
  path: string
  content: string
  /** Octal, four digits. */
  mode: string
}

export interface ContractInput {
  project: { namespace: string; name: string; uid: string }
  webhook: { port: number; path: string; url: string }
  /** What composeUserData computed; absent while it computes it, because a hash cannot cover itself. */
  userDataHash?: string | undefined
  /** PEM, leaf with its chain. */
  certificate: string
  /** PEM, the leaf's key. */
  key: string
  /** Absent when the Project has no bot: then there is no TELEGRAM_ variable. */
  telegram?: { token: string; secretToken: string } | undefined
  /** The workload's own environment. The contract's names win over it. */
  env: Readonly<Record<string, string>>
}

const nameSyntax = /^[A-Za-z_][A-Za-z0-9_]*$/

/** One `NAME="value"` line as systemd's EnvironmentFile and a POSIX shell read it; newlines stay as they are. */
function environmentLine([name, value]: readonly [string, string]): string {
  if (!nameSyntax.test(name))
    throw new Error(`Cannot pass environment variable ${JSON.stringify(name)}: not a valid name`)
  if (value.includes('\0')) throw new Error(`Cannot pass environment variable ${name}: its value holds a NUL character`)
  return `${name}="${value.replace(/[\\"$`]/g, '\\$&')}"\n`
}

const byName = ([a]: readonly [string, string], [b]: readonly [string, string]): number => (a < b ? -1 : Number(a > b))

/**
 * An EnvironmentFile; sorted, so that equal environments give equal files.
 * Throws for a name that is none and for a NUL, which no environment can hold. Texts never hold a value.
 */
export function environmentFile(env: Readonly<Record<string, string>>): string {
  return Object.entries(env).sort(byName).map(environmentLine).join('')
}

function botEnvironment({ webhook, telegram, env }: ContractInput): Record<string, string> {
  const port = { PORT: String(webhook.port) }
  if (telegram === undefined) return { ...env, ...port }
  return {
    ...env,
    ...port,
    TELEGRAM_BOT_TOKEN: telegram.token,
    TELEGRAM_WEBHOOK_URL: webhook.url,
    TELEGRAM_WEBHOOK_SECRET_TOKEN: telegram.secretToken,
  }
}

/** The contract files of one Project, in a fixed order. Throws as environmentFile does. */
export function contractFiles(input: ContractInput): ServerFile[] {
  const { project, webhook, userDataHash } = input
  const about = {
    namespace: project.namespace,
    name: project.name,
    uid: project.uid,
    webhook: { port: webhook.port, path: webhook.path, url: webhook.url },
    userDataHash,
  }
  return [
    { path: '/etc/botyard/project.json', mode: '0644', content: `${JSON.stringify(about, null, 2)}\n` },
    { path: '/etc/botyard/tls.crt', mode: '0644', content: input.certificate },
    { path: '/etc/botyard/tls.key', mode: '0600', content: input.key },
    { path: '/etc/botyard/bot.env', mode: '0600', content: environmentFile(botEnvironment(input)) },
  ]
}
