// A program: our reflector and store follow the server whose URL is the argument, and count what they are told.

import { nextTurn, systemClock } from '../../src/clock.ts'
import { createReflector } from '../../src/controller/cache/reflector.ts'
import { createStore } from '../../src/controller/cache/store.ts'
import type { KubernetesObject } from '../../src/controller/kubernetes-object.ts'
import { createListWatch } from '../../src/kube/list-watch.ts'
import { createTransport } from '../../src/kube/transport.ts'
import { report } from './informer-report.ts'
import { thingPath } from './things.ts'

const server = process.argv[2] ?? ''
const cluster = { server, access: async () => ({ headers: {}, tls: {} }), refused() {} }
const transport = createTransport({ cluster, clock: systemClock, random: Math.random })
const listWatch = createListWatch<KubernetesObject>({ transport, path: thingPath })

report(({ synced, changed }) => {
  const store = createStore<KubernetesObject>()
  const onChange = (_: unknown, origin: string) => origin === 'watch' && changed()
  const deps = { listWatch, store, clock: systemClock, random: Math.random, nextTurn, onChange }
  const reflector = createReflector(deps)
  const { signal } = new AbortController()
  void reflector.run(signal)
  void reflector.whenSynced(signal).then(() => synced(store.size))
})
