// docs/reference/project.md: one row for each field of a Project.
import type { projectDefinition } from '../../src/api/crd.ts'
import type { CelRule } from '../../src/api/fields.ts'
import { ANNOTATIONS, API_VERSION } from '../../src/api/project.ts'
import type { StructuralSchema } from '../../src/api/structural-schema.ts'
import { type Field, fieldsOf } from './fields-of.ts'
import { code, table } from './markdown.ts'

const smallest = `apiVersion: ${API_VERSION}
kind: Project
metadata:
  name: echo
spec:
  hetzner:
    tokenSecretRef:
      name: hetzner
  server:
    types: [cx23, cpx22]
  workload:
    cloudInit:
      configMapKeyRef:
        name: echo-user-data
        key: user-data
  telegram:
    tokenSecretRef:
      name: echo-bot
`

const annotations: Record<keyof typeof ANNOTATIONS, string> = {
  reconcileRequestedAt: 'Any new value starts a pass at once; it is echoed in `status.lastHandledReconcileAt`.',
  fluxReconcileRequestedAt: "Flux's own annotation, with the same effect.",
  adopt:
    'The uid of an earlier Project of this name whose address is taken over, or `ignore` to leave alone what it owns and to begin anew.',
  abandon: '`"true"`: on deletion, give up what cannot be cleaned.',
}

/** The page, in Markdown. */
export function projectPage(definition: ReturnType<typeof projectDefinition>): string {
  const root = definition.spec.versions[0]?.schema.openAPIV3Schema
  if (root?.properties?.['spec'] === undefined || root.properties['status'] === undefined) {
    throw new Error('Cannot write the reference: the schema has no spec or no status')
  }
  const rules = root['x-kubernetes-validations'] ?? []
  return `# Project

${sentence(root.description)} API version \`${API_VERSION}\`, short name \`proj\`, category \`botyard\`.

The smallest useful one:

\`\`\`yaml
${smallest}\`\`\`

## Rules of the whole object

${rules.map((rule) => `- ${ruleText(rule)}`).join('\n')}

## spec

${sentence(root.properties['spec'].description)} "with a server" is the time from the moment \`status.server\` is set: until then every field may change.

${specTable(root.properties['spec'], rules)}

## status

${sentence(root.properties['status'].description)}

${statusTable(root.properties['status'])}

## Annotations

${table(
  ['annotation', 'meaning'],
  Object.entries(annotations).map(([key, meaning]) => [code(ANNOTATIONS[key as keyof typeof ANNOTATIONS]), meaning]),
)}
`
}

const sentence = (text = '') => text.trim()

const ruleText = ({ fieldPath, message }: CelRule) =>
  fieldPath === undefined
    ? `${code('metadata.name')} ${message.replace('metadata.name ', '')}.`
    : `${code(fieldPath.slice(1))} ${message}.`

function specTable(spec: StructuralSchema, rules: readonly CelRule[]): string {
  return table(
    ['field', 'type', 'default', 'bounds', 'change', 'description'],
    fieldsOf(spec, 'spec').map((field) => [
      code(field.path),
      field.type,
      field.required ? '**required**' : defaultOf(field),
      field.bounds.join('; '),
      changeOf(field, rules),
      sentence(field.description),
    ]),
  )
}

function statusTable(status: StructuralSchema): string {
  return table(
    ['field', 'type', 'description'],
    fieldsOf(status, 'status').map((field) => [code(field.path), field.type, sentence(field.description)]),
  )
}

function defaultOf(field: Field): string {
  if (field.default === undefined) return '–'
  return field.default === '{}' ? 'as its members' : code(field.default)
}

/** What a change does to a living server: the rule that guards the field or one above it, else it is applied. */
function changeOf(field: Field, rules: readonly CelRule[]): string {
  const guards = rules.filter(({ fieldPath }) => fieldPath !== undefined && covers(fieldPath.slice(1), field))
  const guard = guards.at(-1)
  if (guard !== undefined) return `with a server: ${guard.message.split(':')[0]}`
  return field.leaf ? 'live' : ''
}

/** A rule on an optional object that may not come or go says nothing about the members of it. */
function covers(guarded: string, field: Field): boolean {
  if (guarded === field.path) return true
  return guarded !== 'spec.telegram' && (field.path.startsWith(`${guarded}.`) || field.path.startsWith(`${guarded}[`))
}
