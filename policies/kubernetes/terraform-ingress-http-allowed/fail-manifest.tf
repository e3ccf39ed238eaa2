resource "kubernetes_manifest" "nginx" {
  manifest = {
    apiVersion = "networking.k8s.io/v1"
    kind       = "Ingress"
    metadata = {
      name      = "nginx"
      namespace = "ehr"
      annotations = {
        "nginx.ingress.kubernetes.io/ssl-redirect" = "false" # expect: terraform-ingress-http-allowed
      }
    }
    spec = {
      tls = [{ hosts = ["ehr.example.org"], secretName = "ehr-tls" }]
    }
  }
}

resource "kubernetes_manifest" "alb" {
  manifest = {
    apiVersion = "networking.k8s.io/v1"
    kind       = "Ingress"
    metadata = {
      name      = "alb"
      namespace = "ehr"
      annotations = {
        "alb.ingress.kubernetes.io/listen-ports" = jsonencode([{ HTTP = 80 }]) # expect: terraform-ingress-http-allowed
      }
    }
    spec = {
      tls = [{ hosts = ["ehr.example.org"], secretName = "ehr-tls" }]
    }
  }
}

resource "kubernetes_ingress_v1" "gke" {
  metadata {
    name = "gke"

    annotations = {
      "kubernetes.io/ingress.allow-http" = "true" # expect: terraform-ingress-http-allowed
    }
  }

  spec {
    tls {
      secret_name = "ehr-tls"
    }
  }
}
