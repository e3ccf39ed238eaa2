{{- define "hipaa-iac.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" -}}
{{- else if contains "hipaa-iac" .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-hipaa-iac" .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "hipaa-iac.selector" -}}
app.kubernetes.io/name: hipaa-iac
app.kubernetes.io/instance: {{ .Release.Name | toYaml }}
{{- end -}}

{{- define "hipaa-iac.labels" -}}
{{ include "hipaa-iac.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{- define "hipaa-iac.image" -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" .Values.image.repository (.Values.image.tag | default .Chart.AppVersion) -}}
{{- end -}}
{{- end -}}

{{/* The Secret of the webhook's certificate, in each mode. */}}
{{- define "hipaa-iac.tlsSecret" -}}
{{- if eq .Values.tls.mode "provided" -}}
{{- required "tls.secretName is needed with tls.mode=provided" .Values.tls.secretName -}}
{{- else -}}
{{- include "hipaa-iac.fullname" . }}-tls
{{- end -}}
{{- end -}}

{{/* Kinds that the built-in policies read beside the object that they judge. */}}
{{- define "hipaa-iac.reads" -}}
- apiGroups: [""]
  resources: [configmaps, namespaces, nodes, replicationcontrollers{{ if .Values.rbac.secrets }}, secrets{{ end }}]
  verbs: [get, list, watch]
# What can be scaled: a scale carries no template.
- apiGroups: [apps]
  resources: [deployments, statefulsets]
  verbs: [get, list, watch]
- apiGroups: [argoproj.io]
  resources: [rollouts]
  verbs: [get, list, watch]
- apiGroups: [apps.kruise.io]
  resources: [clonesets]
  verbs: [get, list, watch]
- apiGroups: [apps.openshift.io]
  resources: [deploymentconfigs]
  verbs: [get, list, watch]
- apiGroups: [batch]
  resources: [cronjobs]
  verbs: [get, list, watch]
- apiGroups: [networking.k8s.io]
  resources: [ingressclasses]
  verbs: [get, list, watch]
- apiGroups: [node.k8s.io]
  resources: [runtimeclasses]
  verbs: [get, list, watch]
- apiGroups: [storage.k8s.io]
  resources: [storageclasses]
  verbs: [get, list, watch]
- apiGroups: [gateway.networking.k8s.io]
  resources: [grpcroutes, httproutes]
  verbs: [get, list, watch]
- apiGroups: [networking.gke.io]
  resources: [frontendconfigs]
  verbs: [get, list, watch]
- apiGroups: [security.istio.io]
  resources: [peerauthentications]
  verbs: [get, list, watch]
- apiGroups: [velero.io, k8up.io]
  resources: [schedules]
  verbs: [get, list, watch]
- apiGroups: [postgresql.cnpg.io]
  resources: [clusters, scheduledbackups]
  verbs: [get, list, watch]
- apiGroups: [core.kubestash.com, stash.appscode.com]
  resources: [backupconfigurations]
  verbs: [get, list, watch]
- apiGroups: [longhorn.io]
  resources: [recurringjobs]
  verbs: [get, list, watch]
- apiGroups: [bitnami.com]
  resources: [sealedsecrets]
  verbs: [get, list, watch]
- apiGroups: [external-secrets.io]
  resources: [externalsecrets]
  verbs: [get, list, watch]
- apiGroups: [elbv2.k8s.aws, eks.amazonaws.com]
  resources: [ingressclassparams]
  verbs: [get, list, watch]
- apiGroups: [s3.aws.upbound.io, s3.aws.m.upbound.io]
  resources: [bucketpublicaccessblocks]
  verbs: [get, list, watch]
{{- range .Values.rbac.extraReads }}
- apiGroups: {{ toJson .apiGroups }}
  resources: {{ toJson .resources }}
  verbs: [get, list, watch]
{{- end }}
{{- end -}}

{{/* Whether a counter grew within a quarter of an hour, or is new. */}}
{{- define "hipaa-iac.grew" -}}
(sum(increase({{ . }}[15m])) or vector(0))
+ (sum({{ . }} unless {{ . }} offset 15m) or vector(0)) > 0
{{- end -}}

{{/* `drain` in whole seconds, rounded up. */}}
{{- define "hipaa-iac.drainSeconds" -}}
{{- $number := regexFind "^[0-9]+" .Values.drain | int64 -}}
{{- $unit := regexFind "[a-z]+$" .Values.drain -}}
{{- if eq $unit "ms" -}}
{{- div (add $number 999) 1000 -}}
{{- else -}}
{{- mul $number (get (dict "s" 1 "m" 60 "h" 3600) $unit) -}}
{{- end -}}
{{- end -}}

{{/* Values that fit the schema one by one and not each other, or the policies. */}}
{{- define "hipaa-iac.validate" -}}
{{- $policies := (.Files.Get "files/kinds.json" | fromJson).policies -}}
{{- range $policy := keys .Values.policyModes | sortAlpha -}}
{{- if not (has $policy $policies) -}}
{{- fail (printf "policyModes: no built-in policy that judges Kubernetes objects is named %s; the mode of a Policy of the cluster is its annotation hipaa-iac.dev/mode" $policy) -}}
{{- end -}}
{{- end -}}
{{- range .Values.waiverNamespaces -}}
{{- if has . (concat (list "kube-system" "kube-public" "kube-node-lease") $.Values.excludeNamespaces) -}}
{{- fail (printf "waiverNamespaces: %s is excluded, so its Waivers would count unguarded; take it off excludeNamespaces or waiverNamespaces" .) -}}
{{- end -}}
{{- end -}}
{{- with .Values.restoreVerification -}}
{{- if and .enabled (has .namespace (concat (list "kube-system" "kube-public" "kube-node-lease") $.Values.excludeNamespaces)) -}}
{{- fail (printf "restoreVerification.namespace: %s is excluded, so what is restored there would not be judged; name one of nothing else" .namespace) -}}
{{- end -}}
{{- end -}}
{{- if and .Values.serviceMonitor.enabled .Values.networkPolicy.enabled (not .Values.networkPolicy.metricsFrom) -}}
{{- fail "serviceMonitor.enabled: the network policy lets nobody read metrics, so that no alert would ever be given; name Prometheus in networkPolicy.metricsFrom" -}}
{{- end -}}
{{- if and .Values.tls.client.name (not .Values.tls.client.secretName) -}}
{{- fail "tls.client.name: no client certificate is demanded without tls.client.secretName, whose ca.crt says who signs it" -}}
{{- end -}}
{{- $own := include "hipaa-iac.labels" . | fromYaml -}}
{{- range $label := keys .Values.podLabels | sortAlpha -}}
{{- if hasKey $own $label -}}
{{- fail (printf "podLabels: %s is a label of the chart's own, by which the Service and the disruption budget find the pods; name yours otherwise" $label) -}}
{{- end -}}
{{- end -}}
{{- if hasKey .Values.podAnnotations "hipaa-iac.dev/config-digest" -}}
{{- fail "podAnnotations: hipaa-iac.dev/config-digest is the chart's own: it restarts the pods when `config` changes" -}}
{{- end -}}
{{- if not (or .Values.auditLog.stdout .Values.auditLog.file) -}}
{{- fail "auditLog: decisions are written nowhere with stdout and file both off; leave one on (45 CFR 164.312(b))" -}}
{{- end -}}
{{- end -}}
