variable "resources" {
  type = list(string)
}

resource "kubernetes_role" "variable" {
  metadata {
    name      = "support"
    namespace = "ehr"
  }
  rule { # expect: role-reads-secrets
    api_groups = [""]
    resources  = var.resources
    verbs      = ["get"]
  }
}
