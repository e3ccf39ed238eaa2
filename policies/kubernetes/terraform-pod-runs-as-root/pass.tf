resource "kubernetes_deployment" "user" {
  metadata {
    name = "portal"
  }
  spec {
    template {
      spec {
        security_context {
          run_as_user     = "10001"
          run_as_non_root = true
        }
        container {
          name  = "portal"
          image = "portal"
        }
      }
    }
  }
}

resource "kubernetes_pod" "silent" {
  metadata {
    name = "portal"
  }
  spec {
    container {
      name  = "portal"
      image = "portal"
    }
  }
}
