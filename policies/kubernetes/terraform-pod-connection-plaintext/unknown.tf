variable "names" {
  type = string
}

resource "kubernetes_pod" "variable" {
  metadata {
    name = "portal"
  }
  spec {
    container {
      name  = "portal"
      image = "portal"
      env {
        name  = var.names
        value = "0" # expect: terraform-pod-connection-plaintext
      }
    }
  }
}
