resource "kubernetes_deployment" "portal" {
  metadata {
    name = "portal"
  }
  spec {
    template {
      metadata {}
      spec {
        host_network = false
        container {
          name  = "app"
          image = "clinic/portal"
          security_context {
            privileged = false
          }
        }
      }
    }
  }
}
