resource "kubernetes_service_v1" "inside" {
  metadata {
    name = "portal"
  }
  spec {
    port {
      port = 443
    }
  }
}
