// docs/reference/metrics.md: every series of /metrics but those of the process.
import { createMetrics, type MetricDescription } from '../../src/serving/metrics.ts'
import { code, table } from './markdown.ts'

const isOwn = ({ name }: MetricDescription) => name.startsWith('botyard_')

/** The page, in Markdown. */
export function metricsPage(): string {
  const all = [...createMetrics().described].sort((a, b) => (a.name < b.name ? -1 : 1))
  return `# Metrics

\`/metrics\` speaks the text format of Prometheus. By default it is served over plain HTTP beside \`/healthz\` and \`/readyz\`; with \`--metrics-secure\` over HTTPS on an address of its own, to those whom the cluster lets \`get\` the path \`/metrics\`: see the [chart's values](chart-values.md).

## Botyard's own

${describe(all.filter(isOwn))}

\`outcome\` of an event: \`created\`, \`counted\` in an earlier one, or dropped: \`refused\` by the API server, \`failed\` for too long, \`over_budget\`, \`queue_full\`, \`stopped\`. \`phase\` of a break is \`list\`, \`watch\`, or \`handler\` for a mistake in what follows a change. A quiet cluster shows a sign of life about once a minute, and the operator makes a watch anew that
has shown none for long: \`botyard_watch_idle_seconds\` above 180 is worth an alert.

\`botyard_projects\` has a series for every condition and status, however many Projects there are; for one Project see its status, or let
kube-state-metrics read it. A Project without a condition counts as \`Unknown\`, for \`Reconciling\` and \`Stalled\`, which are there only while
true, as \`False\`. So \`sum(botyard_projects{condition="Ready"})\` is the number of Projects. A standby counts them as well: ask the leader alone, or use \`max\`.

## As controller-runtime and client-go have them

Names, labels and buckets are theirs, to the digit, so that dashboards made for them fit, those of Kubebuilder among them, and series of several
operators can be added up. All but calls to the API server are there from the first scrape, at zero. Why some are there that controller-runtime
shows only on request, and some are not: [decision 30](../decisions/0030-metrics-beside-controller-runtime.md).

${describe(all.filter((metric) => !isOwn(metric)))}

\`priority\` of a depth is \`0\` for what has just changed and \`-100\` for the first list and for looks at what should be as it was. \`code\` of a call that got no answer is \`<error>\`.

## The process

\`process_*\` (processor time, memory, open files, start) and \`nodejs_*\`: the heap by space, pauses of the garbage collector (\`nodejs_gc_duration_seconds\`), and how late the event loop runs (\`nodejs_eventloop_lag_p50_seconds\`, \`_p90_\`, \`_p99_\`, \`_max_\`), since the last scrape. An idle loop
shows the 10 ms that lie between two looks.
`
}

function describe(metrics: readonly MetricDescription[]): string {
  return table(
    ['name', 'type', 'labels', 'meaning'],
    metrics.map(({ name, type, labels, help }) => [code(name), type, labels.map(code).join(', '), help]),
  )
}
