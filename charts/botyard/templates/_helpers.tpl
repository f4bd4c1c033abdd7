{{/* Every object is named botyard, whatever the release: messages of the operator name its service account and ClusterRoles,
and a second operator in a cluster is refused by Helm instead of fighting with the first one. */}}

{{- define "botyard.selector" -}}
app.kubernetes.io/name: botyard
{{- end }}

{{- define "botyard.labels" -}}
{{ include "botyard.selector" . }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: botyard
app.kubernetes.io/component: operator
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "botyard.subjects" -}}
- kind: ServiceAccount
  name: botyard
  namespace: {{ .Release.Namespace }}
{{- end }}

{{- define "botyard.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}
{{ .repository }}@{{ .digest }}
{{- else -}}
{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}
{{- end -}}
{{- end -}}
{{- end }}
