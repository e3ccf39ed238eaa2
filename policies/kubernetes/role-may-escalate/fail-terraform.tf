resource "kubernetes_cluster_role_v1" "wide" {
  metadata {
    name = "support"
  }
  rule { # expect: role-may-escalate
    api_groups = ["rbac.authorization.k8s.io"]
    resources  = ["roles"]
    verbs      = ["escalate"]
  }
}
