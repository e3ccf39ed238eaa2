resource "kubernetes_role" "narrow" {
  metadata {
    name      = "support"
    namespace = "ehr"
  }
  rule {
    api_groups = [""]
    resources  = ["configmaps"]
    verbs      = ["get"]
  }
}
