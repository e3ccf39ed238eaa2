resource "kubernetes_manifest" "bare" { # expect: terraform-ingress-tls-missing
  manifest = {
    apiVersion = "networking.k8s.io/v1"
    kind       = "Ingress"
    metadata = {
      name      = "bare"
      namespace = "ehr"
    }
    spec = {
      rules = [{
        host = "ehr.example.org"
        http = { paths = [] }
      }]
    }
  }
}

resource "kubernetes_manifest" "portal" {
  manifest = {
    apiVersion = "networking.k8s.io/v1"
    kind       = "Ingress"
    metadata = {
      name      = "portal"
      namespace = "ehr"
    }
    spec = {
      tls = [{ hosts = ["ehr.example.org"], secretName = "ehr-tls" }]
      rules = [{
        host = "api.example.org" # expect: terraform-ingress-tls-missing
        http = { paths = [] }
      }]
    }
  }
}
