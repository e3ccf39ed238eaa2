resource "kubernetes_cluster_role_v1" "wide" {
  metadata {
    name = "support"
  }
  rule { # expect: role-opens-shells
    api_groups = [""]
    resources  = ["pods/exec"]
    verbs      = ["create"]
  }
}
