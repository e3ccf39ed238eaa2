variable "kind" {
  type = string
}

resource "kubernetes_service" "variable" {
  metadata {
    name = "portal"
  }
  spec {
    type = var.kind # expect: service-on-node-port
    port {
      port = 443
    }
  }
}
