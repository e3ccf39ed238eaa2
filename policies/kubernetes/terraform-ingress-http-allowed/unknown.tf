variable "redirect" {
  type = string
}

resource "kubernetes_ingress_v1" "ehr" {
  metadata {
    name = "ehr"

    annotations = {
      "nginx.ingress.kubernetes.io/ssl-redirect" = var.redirect # expect: terraform-ingress-http-allowed
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
