// Renders the chart as `helm install` would, without a cluster.

import { spawn } from 'node:child_process'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { parseAllDocuments } from 'yaml'
import type { KubeObject } from '../control-plane/api.ts'
import { findHelm } from './find-helm.ts'

export const chartDirectory = path.resolve(import.meta.dirname, '..', '..', 'charts', 'botyard')

export interface RenderOptions {
  values?: Record<string, unknown>
  /** Of the release. */
  namespace?: string
  release?: string
  /** Without `v`; as the cluster would say. */
  kubeVersion?: string
}

/** The objects, in the order in which Helm creates them. Rejects with what Helm says about bad values. */
export async function renderChart(options: RenderOptions = {}): Promise<KubeObject[]> {
  return parseAllDocuments(await renderText(options))
    .map((document) => document.toJS() as KubeObject | null)
    .filter((object) => object !== null)
}

/** The same as YAML text. */
export function renderText({ values = {}, namespace = 'botyard-system', ...o }: RenderOptions = {}): Promise<string> {
  const args = ['template', o.release ?? 'botyard', chartDirectory, '--namespace', namespace, '--values', '-']
  return runHelm([...args, ...(o.kubeVersion === undefined ? [] : ['--kube-version', o.kubeVersion])], {
    input: JSON.stringify(values),
  })
}

/** Standard output of Helm; rejects with its complaint. */
export async function runHelm(args: readonly string[], { input = '' } = {}): Promise<string> {
  const child = spawn(await findHelm(), args, { stdio: 'pipe' })
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  child.stdin.end(input)
  const [code, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)])
  if (code !== 0) throw new Error(`Cannot run helm ${args[0]}: ${`${stderr}${stdout}`.trim()}`)
  return stdout
}
