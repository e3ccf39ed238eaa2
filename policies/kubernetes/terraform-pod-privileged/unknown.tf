variable "privileged" {
  type = bool
}

resource "kubernetes_deployment" "portal" {
  metadata {
    name = "portal"
  }
  spec {
    template {
      metadata {}
      spec {
        container {
          name  = "app"
          image = "clinic/portal"
          security_context {
            privileged = var.privileged # expect: terraform-pod-privileged
          }
        }
      }
    }
  }
}
