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
            value = "hunter2-Kx93mQpz" # expect: terraform-pod-literal-credential
          }
        }
      }
    }
  }
}
