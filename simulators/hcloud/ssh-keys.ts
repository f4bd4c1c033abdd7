// The endpoints of SSH keys. Both the name and the key itself are unique.

import { createHash } from 'node:crypto'
import { z } from 'zod'
import { type Answer, type Call, created, type Endpoint, noContent, ok } from './endpoint.ts'
import { ApiFailure, nameTaken } from './errors.ts'
import { findByParam, isNameUsed, labels, parseBody } from './input.ts'
import { listAnswer } from './paging.ts'
import type { SSHKey } from './state.ts'
import { timestamp } from './timestamp.ts'

const keyPattern = /^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(?:256|384|521)) ([A-Za-z0-9+/]+={0,2})(?: .*)?$/

/** The key's bytes begin with their own type, length first: a key that was cut or mixed up does not pass. */
function keyBytes(text: string): Buffer | undefined {
  const [, type = '', base64 = ''] = keyPattern.exec(text.trim()) ?? []
  const bytes = Buffer.from(base64, 'base64')
  const matches = bytes.length > 4 + type.length && bytes.toString('latin1', 4, 4 + bytes.readUInt32BE(0)) === type
  return type !== '' && matches ? bytes : undefined
}

const createBody = z.strictObject({
  name: z.string().min(1).max(255),
  public_key: z.string().refine((text) => keyBytes(text) !== undefined, 'SSH key is not valid'),
  labels: labels.default({}),
})

const updateBody = z.strictObject({ name: z.string().min(1).max(255).optional(), labels: labels.optional() })

export const sshKeyEndpoints: readonly Endpoint[] = [
  { method: 'GET', path: '/ssh_keys', handle: listSSHKeys },
  { method: 'POST', path: '/ssh_keys', handle: createSSHKey },
  { method: 'GET', path: '/ssh_keys/:id', handle: (call) => ok({ ssh_key: view(find(call)) }) },
  { method: 'PUT', path: '/ssh_keys/:id', handle: updateSSHKey },
  { method: 'DELETE', path: '/ssh_keys/:id', handle: deleteSSHKey },
]

const view = (key: SSHKey): object => ({
  id: key.id,
  name: key.name,
  fingerprint: key.fingerprint,
  public_key: key.publicKey,
  labels: key.labels,
  created: timestamp(key.created),
})

const find = ({ project, params }: Call): SSHKey => findByParam(project.sshKeys, { what: 'SSH key', id: params.id })

function listSSHKeys(call: Call): Answer {
  return listAnswer(call, {
    member: 'ssh_keys',
    items: call.world.listed(call.project).sshKeys.values(),
    sorts: { id: ({ id }) => id, name: ({ name }) => name },
    filters: { name: ({ name }) => name, fingerprint: ({ fingerprint }) => fingerprint },
    labels: (key) => key.labels,
    view,
  })
}

function createSSHKey(call: Call): Answer {
  const { world, project } = call
  const body = parseBody(createBody, call.body)
  const fingerprint = fingerprintOf(keyBytes(body.public_key) ?? Buffer.alloc(0))
  if (isNameUsed(project.sshKeys, body)) throw nameTaken('name is already used')
  if ([...project.sshKeys.values()].some((key) => key.fingerprint === fingerprint)) throw keyTaken()
  const key: SSHKey = {
    id: world.nextID('sshKey'),
    name: body.name,
    fingerprint,
    publicKey: body.public_key,
    labels: body.labels,
    created: world.clock.now(),
  }
  project.sshKeys.set(key.id, key)
  return created({ ssh_key: view(key) })
}

const fingerprintOf = (bytes: Buffer): string =>
  createHash('md5').update(bytes).digest('hex').match(/../g)?.join(':') ?? ''

const keyTaken = (): ApiFailure =>
  new ApiFailure({
    status: 409,
    code: 'uniqueness_error',
    message: 'SSH key with the same fingerprint already exists',
    details: { fields: [{ name: 'public_key' }] },
  })

function updateSSHKey(call: Call): Answer {
  const key = find(call)
  const { name = key.name, labels: newLabels = key.labels } = parseBody(updateBody, call.body)
  if (isNameUsed(call.project.sshKeys, { name, except: key })) throw nameTaken('name is already used')
  key.name = name
  key.labels = newLabels
  return ok({ ssh_key: view(key) })
}

/** Servers that were made with it do not notice. */
function deleteSSHKey(call: Call): Answer {
  call.project.sshKeys.delete(find(call).id)
  return noContent
}
