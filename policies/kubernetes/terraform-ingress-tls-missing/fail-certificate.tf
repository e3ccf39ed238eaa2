# A certificate without a listener, and ones for a controller that does not read them.
resource "kubernetes_ingress_v1" "http" { # expect: terraform-ingress-tls-missing
  metadata {
    name = "http"

    annotations = {
      "alb.ingress.kubernetes.io/certificate-arn" = "arn:aws:acm:us-east-1:111122223333:certificate/0a1b2c3d"
      "alb.ingress.kubernetes.io/listen-ports"    = jsonencode([{ HTTP = 80 }])
    }
  }

  spec {
    ingress_class_name = "alb"

    rule {
      host = "ehr.example.org"
    }
  }
}

resource "kubernetes_ingress_v1" "nginx" { # expect: terraform-ingress-tls-missing
  metadata {
    name = "nginx"

    annotations = {
      "alb.ingress.kubernetes.io/certificate-arn" = "arn:aws:acm:us-east-1:111122223333:certificate/0a1b2c3d"
    }
  }

  spec {
    ingress_class_name = "nginx"

    rule {
      host = "ehr.example.org"
    }
  }
}

resource "kubernetes_ingress_v1" "google" { # expect: terraform-ingress-tls-missing
  metadata {
    name = "google"

    annotations = {
      "networking.gke.io/managed-certificates" = "portal"
    }
  }

  spec {
    ingress_class_name = "nginx"

    rule {
      host = "ehr.example.org"
    }
  }
}
