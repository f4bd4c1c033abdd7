// GET /servers/{id}/metrics: well-formed series of a server that has nothing to do.

import { type Answer, type Call, type Endpoint, ok } from './endpoint.ts'
import { invalidField } from './errors.ts'
import { findServer } from './servers.ts'

export const serverMetricsEndpoints: readonly Endpoint[] = [
  { method: 'GET', path: '/servers/:id/metrics', handle: getMetrics },
]

const series: Readonly<Record<string, readonly string[]>> = {
  cpu: ['cpu'],
  disk: ['disk.0.iops.read', 'disk.0.iops.write', 'disk.0.bandwidth.read', 'disk.0.bandwidth.write'],
  network: ['network.0.pps.in', 'network.0.pps.out', 'network.0.bandwidth.in', 'network.0.bandwidth.out'],
}

const mostSamples = 500

function getMetrics(call: Call): Answer {
  findServer(call)
  const query = call.url.searchParams
  const names = query
    .getAll('type')
    .flatMap((text) => text.split(','))
    .flatMap(seriesOf)
  if (names.length === 0) throw invalidField('type', 'missing data for required field')
  const [start, end] = [timeOf(query, 'start'), timeOf(query, 'end')]
  if (end <= start) throw invalidField('end', 'must be after start')
  const step = stepOf(query, (end - start) / 1000)
  const samples = Math.min(mostSamples, Math.floor((end - start) / 1000 / step) + 1)
  const values = Array.from({ length: samples }, (_, index) => [start / 1000 + index * step, '0'])
  const timeSeries = Object.fromEntries(names.map((name) => [name, { values }]))
  return ok({ metrics: { start: query.get('start'), end: query.get('end'), step, time_series: timeSeries } })
}

function seriesOf(type: string): readonly string[] {
  const names = Object.hasOwn(series, type) ? series[type] : undefined
  if (names === undefined) throw invalidField('type', `must be one of ${Object.keys(series).join(', ')}`)
  return names
}

function timeOf(query: URLSearchParams, name: string): number {
  const time = Date.parse(query.get(name) ?? '')
  if (Number.isNaN(time)) throw invalidField(name, 'must be a date and time of ISO 8601')
  return time
}

/** In seconds; without one, so that there are about as many samples as there may be. */
function stepOf(query: URLSearchParams, seconds: number): number {
  const text = query.get('step')
  const step = text === null ? Math.max(1, Math.ceil(seconds / mostSamples)) : Number(text)
  if (!(step >= 1)) throw invalidField('step', 'must be a number of seconds')
  return step
}
