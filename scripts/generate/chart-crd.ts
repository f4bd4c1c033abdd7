// charts/botyard/templates/crd.yaml: the CRD as a template, because Helm never upgrades what lies in a chart's folder crds/.
import { stringify } from 'yaml'
import type { projectDefinition } from '../../src/api/crd.ts'

/** Text of the template; what is in the definition reaches the cluster as it is. */
export function crdTemplate({ apiVersion, kind, metadata, spec }: ReturnType<typeof projectDefinition>): string {
  const body = stringify({ spec }, { sortMapEntries: true, aliasDuplicateObjects: false })
  return `{{- if .Values.crds.install }}
apiVersion: ${apiVersion}
kind: ${kind}
metadata:
  name: ${metadata.name}
  labels:
    {{- include "botyard.labels" . | nindent 4 }}
  {{- if .Values.crds.keep }}
  annotations:
    helm.sh/resource-policy: keep
  {{- end }}
${escaped(body)}{{- end }}
`
}

const escaped = (text: string) => text.replaceAll('{{', `{{ "{{" }}`)
