variable "password" {
  type = string
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
          env {
            name  = "DB_PASSWORD"
            value = var.password # expect: terraform-pod-literal-credential
          }
        }
      }
    }
  }
}
