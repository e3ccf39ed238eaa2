variable "verbs" {
  type = list(string)
}

resource "kubernetes_role_v1" "variable" {
  metadata {
    name = "all"
  }
  rule { # expect: role-grants-everything
    api_groups = ["*"]
    resources  = ["*"]
    verbs      = var.verbs
  }
}
