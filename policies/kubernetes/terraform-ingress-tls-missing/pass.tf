resource "kubernetes_ingress_v1" "ehr" {
  metadata {
    name = "ehr"
  }

  spec {
    tls {
      hosts       = ["ehr.example.org"]
      secret_name = "ehr-tls"
    }

    rule {
      host = "ehr.example.org"

      http {
        path {
          path = "/"

          backend {
            service {
              name = "web"

              port {
                number = 80
              }
            }
          }
        }
      }
    }
  }
}

# One label under a wildcard.
resource "kubernetes_ingress_v1" "wildcard" {
  metadata {
    name = "wildcard"
  }

  spec {
    tls {
      hosts       = ["*.example.org"]
      secret_name = "wildcard-tls"
    }

    rule {
      host = "ehr.example.org"

      http {
        path {
          path = "/"

          backend {
            service {
              name = "web"

              port {
                number = 80
              }
            }
          }
        }
      }
    }
  }
}

# For every host.
resource "kubernetes_ingress_v1" "every" {
  metadata {
    name = "every"
  }

  spec {
    tls {
      secret_name = "default-tls"
    }

    rule {
      host = "ehr.example.org"

      http {
        path {
          path = "/"

          backend {
            service {
              name = "web"

              port {
                number = 80
              }
            }
          }
        }
      }
    }
  }
}

# The certificate is the load balancer's.
resource "kubernetes_ingress_v1" "alb" {
  metadata {
    name = "alb"

    annotations = {
      "alb.ingress.kubernetes.io/certificate-arn" = "arn:aws:acm:us-east-1:111122223333:certificate/x"
    }
  }

  spec {
    rule {
      host = "ehr.example.org"

      http {
        path {
          path = "/"

          backend {
            service {
              name = "web"

              port {
                number = 80
              }
            }
          }
        }
      }
    }
  }
}

resource "aws_acm_certificate" "portal" {
  domain_name       = "portal.clinic.example"
  validation_method = "DNS"
}

resource "kubernetes_ingress_v1" "made" {
  metadata {
    name = "portal"
    annotations = {
      "alb.ingress.kubernetes.io/certificate-arn" = aws_acm_certificate.portal.arn
      "alb.ingress.kubernetes.io/listen-ports"    = jsonencode([{ HTTPS = 443 }])
    }
  }
  spec {
    ingress_class_name = "alb"
    rule {
      host = "portal.clinic.example"
    }
  }
}
