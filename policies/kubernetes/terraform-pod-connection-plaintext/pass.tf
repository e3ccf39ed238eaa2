variable "host" {
  type = string
}

resource "kubernetes_deployment" "verified" {
  metadata {
    name = "portal"
  }
  spec {
    template {
      spec {
        container {
          name  = "portal"
          image = "portal"
          env {
            name  = "DATABASE_URL"
            value = "postgresql://${var.host}/ehr?sslmode=verify-full"
          }
          env {
            name  = "SIDECAR_URL"
            value = "postgresql://127.0.0.1/ehr?sslmode=disable"
          }
        }
      }
    }
  }
}
