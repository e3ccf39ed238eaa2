variable "host" {
  type = string
}

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
      host = var.host # expect: terraform-ingress-tls-missing

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
