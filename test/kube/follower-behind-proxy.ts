// A cache of Projects with a proxy between it and the control plane of this run, which can bend what it is told.

import { systemClock } from '../../src/clock.ts'
import { loadClusterConfig } from '../../src/kube/cluster-config.ts'
import { createProxyFaults } from '../proxy/proxy-faults.ts'
import { createRecordingProxy } from '../proxy/recording-proxy.ts'
import { type Api, controlPlane, operatorKubeconfig } from '../support/control-plane.ts'
import { type FollowerOptions, startFollower } from './follower.ts'

/** The follower has the rights of the operator. `faults` are there before its first call. */
export async function followBehindProxy(
  api: Api,
  { faults = [], ...options }: Omit<FollowerOptions, 'cluster'> & { faults?: readonly object[] } = {},
) {
  const plane = await controlPlane()
  const { strike, list, options: proxyOptions } = createProxyFaults({ api, directory: plane.directory })
  const unused = 'http://127.0.0.1:1'
  const proxy = await createRecordingProxy({
    ...{ kubernetes: { url: plane.url, ca: plane.ca }, hcloud: unused, telegram: unused, listener: {} },
    ...proxyOptions,
  })
  strike(...faults)
  const { access } = await loadClusterConfig({ clock: systemClock, kubeconfig: await operatorKubeconfig() })
  const throughProxy = async () => ({ headers: (await access()).headers, tls: { ca: proxy.ca } })
  const cluster = { server: proxy.urls.kubernetes, access: throughProxy, refused: () => {} }
  const follower = startFollower({ ...options, cluster })
  return {
    ...follower,
    strike,
    /** What became of each fault: its state and how often it hit. */
    states: () => list().map(({ state, hits }) => `${state} ${hits}`),
    async stop() {
      await follower.stop()
      await proxy.close()
    },
  }
}
