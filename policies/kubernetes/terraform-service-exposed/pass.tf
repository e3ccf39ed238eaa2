resource "kubernetes_service" "https" {
  metadata {
    name = "portal"
  }
  spec {
    type = "LoadBalancer"
    port {
      port = 443
    }
  }
}

resource "kubernetes_service" "inside" {
  metadata {
    name = "portal"
  }
  spec {
    port {
      port = 80
    }
  }
}
