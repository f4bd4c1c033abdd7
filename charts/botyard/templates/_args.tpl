{{/* The operator's flags. The last one of a name counts, so extraArgs win. */}}
{{- define "botyard.args" -}}
- --hcloud-endpoint={{ .Values.hetzner.endpoint }}
- --telegram-endpoint={{ .Values.telegram.endpoint }}
- --workers={{ .Values.workers }}
- --reconcile-timeout={{ .Values.reconcileTimeout }}
- --hcloud-sweep-interval={{ .Values.hetzner.sweepInterval }}
- --hcloud-action-poll-interval={{ .Values.hetzner.actionPollInterval }}
- --hcloud-sold-out-memory={{ .Values.hetzner.soldOutMemory }}
- --hcloud-budget-reserve={{ .Values.hetzner.budgetReserve }}
- --drain={{ .Values.drain }}
{{- if gt (int .Values.replicaCount) 1 }}
- --leader-elect
- --leader-elect-lease-duration={{ .Values.leaderElection.leaseDuration }}
- --leader-elect-renew-deadline={{ .Values.leaderElection.renewDeadline }}
- --leader-elect-retry-period={{ .Values.leaderElection.retryPeriod }}
{{- end }}
- {{ printf "--health-address=%s:%v" .Values.health.host .Values.health.port | quote }}
{{- with .Values.metrics.secure }}
{{- if .enabled }}
- --metrics-secure
- {{ printf "--metrics-address=%s:%v" $.Values.health.host .port | quote }}
{{- if .certificateSecret }}
- --metrics-cert-directory=/etc/botyard-metrics
{{- end }}
{{- end }}
{{- end }}
- --log-level={{ .Values.logLevel }}
{{- with .Values.clusterID }}
- --cluster-id={{ . }}
{{- end }}
{{- if not .Values.escrow }}
- --no-escrow
{{- end }}
{{- range .Values.extraArgs }}
- {{ . | quote }}
{{- end }}
{{- end }}
