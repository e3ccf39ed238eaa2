variable "resources" {
  type = list(string)
}

resource "kubernetes_role" "variable" {
  metadata {
    name      = "support"
    namespace = "ehr"
  }
  rule { # expect: role-may-escalate
    api_groups = ["rbac.authorization.k8s.io"]
    resources  = var.resources
    verbs      = ["escalate"]
  }
}
