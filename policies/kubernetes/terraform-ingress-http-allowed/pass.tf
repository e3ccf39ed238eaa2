resource "kubernetes_ingress_v1" "ehr" {
  metadata {
    name = "ehr"

    annotations = {
      "nginx.ingress.kubernetes.io/ssl-redirect" = "true"
    }
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

resource "kubernetes_ingress_v1" "alb" {
  metadata {
    name = "alb"

    annotations = {
      "alb.ingress.kubernetes.io/listen-ports" = jsonencode([{ HTTP = 80 }, { HTTPS = 443 }])
      "alb.ingress.kubernetes.io/ssl-redirect" = "443"
    }
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
