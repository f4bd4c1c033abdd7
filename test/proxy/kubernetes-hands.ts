// What somebody does to a control plane behind the operator's back: compacts its history, takes a lease.

import { request } from 'node:http'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import type { Clock } from '../../simulators/kit/clock.ts'
import { beginByHand, type FaultDeskDeps } from '../../simulators/kit/fault-desk.ts'
import { nameMatcher } from '../../simulators/kit/route-pattern.ts'
import type { Api, KubeObject } from '../support/control-plane.ts'
import type { WatchFaults } from './watch-faults.ts'

export interface KubernetesHandsDeps {
  clock: Clock
  /** With every right. */
  api: Api
  /** Folder of the control plane: etcd listens on a Unix socket in it. */
  directory: string
  watchFaults: WatchFaults
}

/** How the faults of a plan begin that belong to the Kubernetes API and are no matter of single requests. */
export function kubernetesBeginnings({ clock, api, directory, watchFaults }: KubernetesHandsDeps) {
  const begin: FaultDeskDeps['begin'] = (fault, random) => {
    switch (fault.kind) {
      case 'cutLine':
      case 'endWatch':
      case 'stallWatch':
      case 'repeatLine':
      case 'wrongLine':
      case 'older':
        return watchFaults.begin(fault, random)
      case 'compact':
        return beginByHand(fault, { clock, act: () => compact(directory) })
      case 'stealLease':
        return beginByHand(fault, { clock, act: () => stealLeases(api, fault.lease, fault.holder ?? 'thief') })
      default:
        return undefined
    }
  }
  return begin
}

/** Answers 1: one history. */
export async function compact(directory: string): Promise<number> {
  const { header } = await askEtcd(directory, 'range', { key: Buffer.from('none').toString('base64') })
  await askEtcd(directory, 'compaction', { revision: header.revision, physical: true })
  return 1
}

/** By the JSON that etcd speaks beside its own protocol. */
function askEtcd(directory: string, method: string, body: object): Promise<{ header: { revision: string } }> {
  return new Promise((resolve, reject) => {
    const socketPath = path.join(directory, 'etcd:1')
    const asked = request({ socketPath, path: `/v3/kv/${method}`, method: 'POST' }, async (answer) => {
      const said = await text(answer)
      if (answer.statusCode === 200) resolve(JSON.parse(said))
      else reject(new Error(`Cannot ask etcd for ${method}: ${said}`))
    })
    asked.on('error', reject)
    asked.end(JSON.stringify(body))
  })
}

async function stealLeases(api: Api, pattern: string, holder: string): Promise<number> {
  const isMeant = nameMatcher(pattern)
  const leases = await api.list({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' })
  const meant = leases.filter(({ metadata }) => isMeant(metadata.name))
  for (const lease of meant) await api.patch(refOf(lease), { spec: stolen(lease, holder) })
  return meant.length
}

/** An item of a list does not say of which kind it is. */
const refOf = ({ metadata }: KubeObject) => ({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata })

function stolen({ spec }: KubeObject, holder: string): object {
  const now = new Date().toISOString().replace('Z', '000Z')
  const transitions = Number(spec?.leaseTransitions ?? 0) + 1
  return { holderIdentity: holder, acquireTime: now, renewTime: now, leaseTransitions: transitions }
}
