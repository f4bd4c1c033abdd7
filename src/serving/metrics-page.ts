// The text that Prometheus gets. A bucket is known by the digits of its bound, and dashboards add up buckets of many processes:
// so the bounds are written as Go writes them, or ours and those of operators in Go would not meet.

import type { Registry } from 'prom-client'

/** Renders what the registry holds. */
export async function metricsPage(registry: Registry): Promise<string> {
  const text = await registry.metrics()
  return text.replaceAll(/(?<=[{,]le=")[^"]+/g, asGo)
}

/** `0.00001` → `1e-05`, `1000000` → `1e+06`; what lies between has the same digits in both languages. */
function asGo(bound: string): string {
  const value = Number(bound)
  if (!Number.isFinite(value) || value === 0 || (value >= 1e-4 && value < 1e6)) return bound
  return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2')
}
