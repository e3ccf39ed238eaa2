variable "port" {
  type = number
}

resource "kubernetes_service" "variable" {
  metadata {
    name = "portal"
  }
  spec {
    type = "LoadBalancer"
    port {
      port = var.port # expect: terraform-service-exposed
    }
  }
}
