// What the kubelet and Prometheus ask: /healthz (restart me?), /readyz (am I working?), /metrics.

import { type Page, type PageServer, startPageServer, textPage } from './page-server.ts'

/** What is wrong, one line each; empty means all is well. Texts must hold no secret. */
export type Check = () => readonly string[] | Promise<readonly string[]>

export interface HealthDeps {
  host: string
  /** 0 takes any free port. */
  port: number
  healthz: Check
  readyz: Check
  /** Undefined: they are served elsewhere. */
  metrics: { readonly contentType: string; render(): Promise<string> } | undefined
}

export type HealthServer = Pick<PageServer, 'port' | 'close'>

async function verdict(check: Check): Promise<Page> {
  const problems = await check()
  return problems.length === 0 ? textPage(200, 'ok') : textPage(503, problems.join('\n'))
}

const elsewhere = textPage(404, 'metrics are served over HTTPS, at --metrics-address')

/** Starts listening; rejects when the port is taken. */
export function startHealthServer({ host, port, healthz, readyz, metrics }: HealthDeps): Promise<HealthServer> {
  const render = async (): Promise<Page> =>
    metrics === undefined ? elsewhere : { status: 200, type: metrics.contentType, body: await metrics.render() }
  const pages = new Map([
    ['/healthz', () => verdict(healthz)],
    ['/readyz', () => verdict(readyz)],
    ['/metrics', render],
  ])
  return startPageServer({ what: 'health', host, port, pages })
}
