variable "level" {
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
            name  = "LOG_LEVEL"
            value = var.level
          }
          env {
            name = "DB_PASSWORD"
            value_from {
              secret_key_ref {
                name = "ehr"
                key  = "password"
              }
            }
          }
        }
      }
    }
  }
}
