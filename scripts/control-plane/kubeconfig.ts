// Kubeconfig files, written and read: the one form in which access to the control plane is handed on.

import { randomUUID } from 'node:crypto'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { parse, stringify } from 'yaml'
import { z } from 'zod'
import type { KeyPair } from './certificates.ts'

export type Credentials = KeyPair | { token: string }

export interface Access {
  /** https URL of the API server. */
  url: string
  /** PEM of the authority that signed its certificate. */
  ca: string
  credentials: Credentials
}

const base64Pem = z.string().transform((text) => Buffer.from(text, 'base64').toString('utf8'))

const kubeconfigSchema = z.object({
  clusters: z.tuple([z.object({ cluster: z.object({ server: z.string(), 'certificate-authority-data': base64Pem }) })]),
  users: z.tuple([
    z.object({
      user: z.union([
        z.object({ token: z.string() }),
        z
          .object({ 'client-certificate-data': base64Pem, 'client-key-data': base64Pem })
          .transform((user) => ({ certificate: user['client-certificate-data'], key: user['client-key-data'] })),
      ]),
    }),
  ]),
})

/** Writes a file that only its owner can read, because it is as good as a password. */
export async function writeKubeconfig(file: string, { url, ca, credentials }: Access): Promise<void> {
  const content = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'botyard', cluster: { server: url, 'certificate-authority-data': encode(ca) } }],
    users: [{ name: 'user', user: userEntry(credentials) }],
    contexts: [{ name: 'botyard', context: { cluster: 'botyard', user: 'user' } }],
    'current-context': 'botyard',
  }
  const temporary = `${file}.${randomUUID()}`
  await writeFile(temporary, stringify(content), { mode: 0o600 })
  // Whoever finds the file finds all of it.
  await rename(temporary, file)
}

/** Reads a file that `writeKubeconfig` wrote; no other shape is understood. */
export async function readKubeconfig(file: string): Promise<Access> {
  const { clusters, users } = kubeconfigSchema.parse(parse(await readFile(file, 'utf8')))
  const { cluster } = clusters[0]
  return { url: cluster.server, ca: cluster['certificate-authority-data'], credentials: users[0].user }
}

function userEntry(credentials: Credentials): Record<string, string> {
  if ('token' in credentials) return { token: credentials.token }
  return {
    'client-certificate-data': encode(credentials.certificate),
    'client-key-data': encode(credentials.key),
  }
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64')
}
