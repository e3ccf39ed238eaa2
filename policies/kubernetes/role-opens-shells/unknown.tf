variable "resources" {
  type = list(string)
}

resource "kubernetes_role" "variable" {
  metadata {
    name      = "support"
    namespace = "ehr"
  }
  rule { # expect: role-opens-shells
    api_groups = [""]
    resources  = var.resources
    verbs      = ["create"]
  }
}
