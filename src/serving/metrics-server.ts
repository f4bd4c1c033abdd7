// /metrics over HTTPS, for those whom the cluster lets read it.

import type { Clock } from '../clock.ts'
import { followCertificate, readCertificate, selfSigned } from './metrics-certificate.ts'
import type { Admission, MetricsGate } from './metrics-gate.ts'
import { type Page, type PageServer, startPageServer, textPage } from './page-server.ts'

export interface MetricsServerDeps {
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  /** With tls.crt and tls.key; without one the certificate is made at the start. */
  readonly directory?: string | undefined
  readonly page: { readonly contentType: string; render(): Promise<string> }
  readonly gate: MetricsGate
  readonly clock: Clock
  readonly onRead?: (outcome: 'read' | 'failed') => void
  readonly onError?: (error: unknown) => void
}

function refusal(admission: Exclude<Admission, { kind: 'admitted' }>): Page {
  switch (admission.kind) {
    case 'unknown':
      return textPage(401, 'Cannot show metrics: send a bearer token that this cluster knows', {
        'www-authenticate': 'Bearer realm="botyard"',
      })
    case 'forbidden':
      return textPage(
        403,
        `Cannot show metrics: ${admission.username} may not get the path /metrics. Bind the ClusterRole botyard-metrics-reader to it`,
      )
    case 'unavailable':
      return textPage(503, 'Cannot show metrics: the API server cannot be asked about the token now', {
        'retry-after': '5',
      })
  }
}

/** Starts listening; rejects when the port is taken, or the certificate cannot be used. */
export async function startMetricsServer(deps: MetricsServerDeps): Promise<Pick<PageServer, 'port' | 'close'>> {
  const { host, port, directory, page, gate, clock } = deps
  const certificate = directory === undefined ? await selfSigned({ clock }) : await readCertificate(directory)
  if (directory !== undefined) deps.onRead?.('read')

  async function show(authorization: string | undefined): Promise<Page> {
    const admission = await gate.judge(authorization)
    if (admission.kind !== 'admitted') return refusal(admission)
    return { status: 200, type: page.contentType, body: await page.render() }
  }

  const pages = new Map([
    ['/metrics', ({ authorization }: { authorization: string | undefined }) => show(authorization)],
  ])
  const server = await startPageServer({ what: 'metrics', host, port, pages, certificate })
  const following =
    directory === undefined
      ? undefined
      : followCertificate({ ...deps, directory }, { current: certificate, onChange: server.renew })
  return {
    port: server.port,
    close() {
      following?.stop()
      return server.close()
    },
  }
}
