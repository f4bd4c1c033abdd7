// A program: the same as our follower, with the informer of @kubernetes/client-node as its documentation uses it.

import {
  CustomObjectsApi,
  KubeConfig,
  type KubernetesListObject,
  type KubernetesObject,
  makeInformer,
} from '@kubernetes/client-node'
import { report } from './informer-report.ts'
import { thingPath } from './things.ts'

const config = new KubeConfig()
config.loadFromClusterAndUser({ name: 'bench', server: process.argv[2] ?? '', skipTLSVerify: true }, { name: 'bench' })
const api = config.makeApiClient(CustomObjectsApi)
const kind = { group: 'botyard.dev', version: 'v1alpha1', plural: 'projects' }
const list = (): Promise<KubernetesListObject<KubernetesObject>> => api.listClusterCustomObject(kind)

report(({ synced, changed }) => {
  const informer = makeInformer(config, thingPath, list)
  informer.on('update', changed)
  // It resolves when the list is in its cache.
  void informer.start().then(() => synced(informer.list().length))
})
