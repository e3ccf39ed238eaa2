variable "level" {
  type = string
}

resource "kubernetes_namespace_v1" "variable" {
  metadata {
    name = "ehr"
    labels = {
      "pod-security.kubernetes.io/enforce" = var.level # expect: namespace-pod-security-unenforced
    }
  }
}
