resource "kubernetes_service_v1" "node" {
  metadata {
    name = "portal"
  }
  spec {
    type = "NodePort" # expect: service-on-node-port
    port {
      port = 443
    }
  }
}

resource "kubernetes_service" "addresses" {
  metadata {
    name = "portal"
  }
  spec {
    external_ips = ["203.0.113.7"] # expect: service-on-node-port
    port {
      port = 443
    }
  }
}
