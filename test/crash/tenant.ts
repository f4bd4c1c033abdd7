// Whose plan it is: a namespace, a Hetzner account and a bot that no other plan has.

import { randomBytes, randomInt } from 'node:crypto'
import { botToken, hetznerToken } from '../../scripts/lab/manifests.ts'

export interface Tenant {
  namespace: string
  name: string
  hetznerToken: string
  botToken: string
  botID: number
}

let lastBot = 100_000_000 + randomInt(800_000_000)

export function newTenant(): Tenant {
  lastBot += 1
  return {
    namespace: `plan-${randomBytes(5).toString('hex')}`,
    name: 'echo',
    hetznerToken: hetznerToken(randomBytes(40).toString('hex')),
    botToken: botToken(lastBot),
    botID: lastBot,
  }
}
