// The CustomResourceDefinition of Project, computed from the schema.
import { GROUP, KIND, PLURAL, projectSchema, VERSION } from './project.ts'
import { type StructuralSchema, structuralSchema } from './structural-schema.ts'

interface PrinterColumn {
  name: string
  type: 'string' | 'integer' | 'date'
  jsonPath: string
  description: string
  /** 0 is shown always, 1 with `-o wide`. */
  priority: 0 | 1
}

const condition = (type: string, member: 'status' | 'reason') => `.status.conditions[?(@.type=="${type}")].${member}`

const column = (name: string, jsonPath: string, description: string): PrinterColumn => ({
  name,
  type: 'string',
  jsonPath,
  description,
  priority: 0,
})

const wide = (name: string, jsonPath: string, description: string): PrinterColumn => ({
  ...column(name, jsonPath, description),
  priority: 1,
})

/** What `kubectl get projects` shows. */
const printerColumns: readonly PrinterColumn[] = [
  column('Ready', condition('Ready', 'status'), 'Whether the bot is served.'),
  column('Status', '.status.summary', 'One line for people.'),
  column('Type', '.status.server.type', 'Server type.'),
  column('Location', '.status.address.location', 'Location of address and server.'),
  column('IPv4', '.status.address.ipv4', 'Public IPv4 address.'),
  column('Bot', '.status.telegram.botUsername', 'Name of the bot.'),
  column('Cost/Mo', '.status.cost.monthlyNet', 'Cost per month without VAT.'),
  { ...column('Age', '.metadata.creationTimestamp', 'Age of the Project.'), type: 'date' },
  wide('Reason', condition('Ready', 'reason'), 'Why the Project is, or is not, ready.'),
  wide('Webhook', condition('WebhookReady', 'reason'), 'State of the webhook.'),
  { ...wide('Backlog', '.status.telegram.backlog', 'Updates that wait, rounded down.'), type: 'integer' },
  { ...wide('Server-ID', '.status.server.id', 'Id of the server at Hetzner.'), type: 'integer' },
]

/** The manifest, as plain data. Throws when the schema has no faithful structural form. */
export function projectDefinition() {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${PLURAL}.${GROUP}` },
    spec: {
      group: GROUP,
      scope: 'Namespaced',
      names: {
        kind: KIND,
        listKind: `${KIND}List`,
        plural: PLURAL,
        singular: KIND.toLowerCase(),
        shortNames: ['proj'],
        categories: ['botyard'],
      },
      versions: [
        {
          name: VERSION,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: rootSchema() },
          subresources: { status: {} },
          additionalPrinterColumns: printerColumns,
        },
      ],
    },
  }
}

/** The schema of the whole object; the API server brings metadata's own. */
function rootSchema(): StructuralSchema {
  const schema = structuralSchema(projectSchema)
  const properties = {
    apiVersion: { type: 'string', description: 'Version of the schema of this object.' },
    kind: { type: 'string', description: 'Kind of this object: Project.' },
    metadata: { type: 'object' },
    ...schema.properties,
  } as const
  return { ...schema, properties }
}
