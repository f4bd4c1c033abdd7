// docs/reference/events.md: every event that the operator tells of a Project.
import * as events from '../../src/reconcilers/events.ts'
import type { EventKind } from '../../src/reconcilers/project-event.ts'
import { code, table } from './markdown.ts'

/** The page, in Markdown. */
export function eventsPage(): string {
  const rows = Object.values(events).map(({ kind }: { kind: EventKind }) => [
    kind.reason === undefined ? 'that of Stalled' : code(kind.reason),
    kind.type,
    code(kind.action),
    kind.meaning,
  ])
  return `# Events

What happened to a Project, for \`kubectl describe project NAME\` and \`kubectl events --for project/NAME\`. An event tells what has been done, or that the status has changed; what holds now is in the [conditions](conditions.md). Retries tell nothing.

Events are written as \`events.k8s.io/v1\` in the namespace of the Project, by \`botyard.dev/operator\`. The same event within six minutes raises the count of the first. A Project that causes more than 25 gets one more in five minutes; what is beyond, or cannot be written, is dropped and counted in \`botyard_events_total\` of the [metrics](metrics.md). Kubernetes itself forgets events after an hour.

${table(['reason', 'type', 'action', 'meaning'], rows)}
`
}
