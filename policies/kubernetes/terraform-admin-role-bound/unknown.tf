variable "role" {
  type = string
}

resource "kubernetes_cluster_role_binding" "variable" {
  metadata {
    name = "variable"
  }
  role_ref {
    api_group = "rbac.authorization.k8s.io"
    kind      = "ClusterRole"
    name      = var.role
  }
  subject { # expect: terraform-admin-role-bound
    kind      = "ServiceAccount"
    name      = "default"
    namespace = "ehr"
  }
}
