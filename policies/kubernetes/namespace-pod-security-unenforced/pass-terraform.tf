resource "kubernetes_namespace_v1" "phi" {
  metadata {
    name = "ehr"
    labels = {
      "pod-security.kubernetes.io/enforce" = "restricted"
    }
  }
}
