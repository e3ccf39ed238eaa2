resource "kubernetes_service" "http" {
  metadata {
    name = "portal"
  }
  spec {
    type = "LoadBalancer"
    port {
      port = 80 # expect: terraform-service-exposed
    }
  }
}

resource "kubernetes_service_v1" "node" {
  metadata {
    name = "portal"
  }
  spec {
    type = "NodePort" # expect: terraform-service-exposed
    port {
      port = 443
    }
  }
}
