variable "kind" {
  type = string
}

resource "kubernetes_service" "variable" {
  metadata {
    name = "portal"
  }
  spec {
    type = var.kind # expect: terraform-service-exposed
    port {
      port = 443
    }
  }
}
