resource "kubernetes_cluster_role" "all" {
  metadata {
    name = "all"
  }
  rule { # expect: role-grants-everything
    api_groups = ["*"]
    resources  = ["*"]
    verbs      = ["*"]
  }
}
