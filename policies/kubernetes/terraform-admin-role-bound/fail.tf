resource "kubernetes_cluster_role_binding" "admin" {
  metadata {
    name = "admin"
  }
  role_ref {
    api_group = "rbac.authorization.k8s.io"
    kind      = "ClusterRole"
    name      = "cluster-admin"
  }
  subject { # expect: terraform-admin-role-bound
    kind      = "ServiceAccount"
    name      = "default"
    namespace = "ehr"
  }
}

resource "kubernetes_cluster_role_binding" "everyone" {
  metadata {
    name = "everyone"
  }
  role_ref {
    api_group = "rbac.authorization.k8s.io"
    kind      = "ClusterRole"
    name      = "view"
  }
  subject { # expect: terraform-admin-role-bound
    kind      = "Group"
    name      = "system:authenticated"
    api_group = "rbac.authorization.k8s.io"
  }
}
