resource "kubernetes_deployment" "plain" {
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
            value = "postgresql://db.clinic.example/ehr?sslmode=disable" # expect: terraform-pod-connection-plaintext
          }
          env {
            name  = "NODE_TLS_REJECT_UNAUTHORIZED"
            value = "0" # expect: terraform-pod-connection-plaintext
          }
        }
      }
    }
  }
}
