variable "user" {
  type = string
}

resource "kubernetes_pod_v1" "variable" {
  metadata {
    name = "portal"
  }
  spec {
    container {
      name  = "portal"
      image = "portal"
      security_context {
        run_as_user = var.user # expect: terraform-pod-runs-as-root
      }
    }
  }
}
