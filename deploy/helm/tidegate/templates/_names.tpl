{{/* The Service's name stands in the certificate for xDS, and the Lease and Secret have names of their own: there is one
control plane in a namespace, so nothing is called after the release. */}}
{{- define "tidegate.name" -}}
tidegate-control-plane
{{- end }}

{{- define "tidegate.labels" -}}
app.kubernetes.io/name: {{ include "tidegate.name" . }}
app.kubernetes.io/part-of: tidegate
{{ include "tidegate.chartLabels" . }}
{{- end }}

{{- define "tidegate.chartLabels" -}}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "tidegate.selector" -}}
app.kubernetes.io/name: {{ include "tidegate.name" . }}
{{- end }}

{{/* An image reference: (dict "image" VALUES "default" TAG). */}}
{{- define "tidegate.image" -}}
{{- if .image.digest -}}
{{ .image.repository }}@{{ .image.digest }}
{{- else -}}
{{ .image.repository }}:{{ .image.tag | default .default }}
{{- end -}}
{{- end }}

{{/* The rules of a shipped role, so that there is one list of rights: (dict "root" $ "file" NAME). */}}
{{- define "tidegate.rules" -}}
{{- $text := .root.Files.Get (printf "files/rbac/%s.yaml" .file) | required (printf "no role %s" .file) -}}
{{- (index (regexSplit "(?m)^---$" $text -1) 0 | fromYaml).rules | toYaml -}}
{{- end }}
