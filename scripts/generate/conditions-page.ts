// docs/reference/conditions.md: every condition and every reason it may carry.
import { reasons, reconcilingReasons, stepConditionTypes } from '../../src/api/reasons.ts'
import { code, table } from './markdown.ts'

const statuses = ['True', 'False', 'Unknown'] as const

const about = {
  CredentialsReady: 'Whether the tokens are there and work, and reach the account that the Project has always used.',
  AddressReady: 'Whether a public IPv4 address is held for the Project.',
  ServerReady: 'Whether the server exists and runs.',
  WorkloadReady: 'Whether the server answers on the webhook port as Telegram would reach it.',
  WebhookReady: 'Whether Telegram delivers to the server.',
  InSync: 'Whether what runs is what spec says. It does not count for Ready.',
} as const satisfies Record<keyof typeof reasons, string>

/** The page, in Markdown. */
export function conditionsPage(): string {
  return `# Conditions

The status of a Project is a list of conditions. Each has a status (\`True\`, \`False\` or \`Unknown\`), a reason out of a closed set, and a message that says what failed, what happens by itself and what a person can do. \`lastTransitionTime\` moves only when the status does; \`observedGeneration\` says which version of the spec was judged.

The first five are steps on the way to a bot that answers. A step is looked at only when those before it are done: until then its condition is \`Unknown\`. While a provider cannot be asked, conditions keep their last values.

${[...stepConditionTypes, 'InSync' as const].map(section).join('\n\n')}

## Ready

Computed: \`True\` with reason \`Available\` when the five steps are all done, \`False\` when one of them is not; then it repeats reason and message of the first that is not. It is \`Unknown\` only before the first step was looked at. Wait for it with \`kubectl wait --for=condition=Ready project/NAME\`.

## Reconciling

There only while it is \`True\`: the operator is at work or waits for something that comes by itself. Never together with Stalled.

${reasonTable(Object.entries(reconcilingReasons))}

## Stalled

There only while it is \`True\`: nothing goes on until a person acts. Its reason is the one of the condition that blocks. Sold-out server types, rate limits and failing providers never stall a Project.
`
}

function section(type: keyof typeof reasons): string {
  const rows = statuses.flatMap((status) =>
    Object.entries(reasons[type][status]).map(([reason, meaning]) => [code(status), code(reason), meaning]),
  )
  return `## ${type}\n\n${about[type]}\n\n${table(['status', 'reason', 'meaning'], rows)}`
}

function reasonTable(entries: [string, string][]): string {
  return table(
    ['reason', 'meaning'],
    entries.map(([reason, meaning]) => [code(reason), meaning]),
  )
}
