resource "kubernetes_cluster_role_v1" "wide" {
  metadata {
    name = "support"
  }
  rule { # expect: role-reads-secrets
    api_groups = [""]
    resources  = ["secrets"]
    verbs      = ["get"]
  }
}
