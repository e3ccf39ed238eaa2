resource "kubernetes_ingress_v1" "ehr" { # expect: terraform-ingress-tls-missing
  metadata {
    name = "ehr"
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

resource "kubernetes_ingress_v1" "portal" {
  metadata {
    name = "portal"
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

    rule {
      host = "api.example.org" # expect: terraform-ingress-tls-missing

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

    rule {
      host = "a.ehr.example.org" # expect: terraform-ingress-tls-missing

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

# A wildcard covers one label only.
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
      host = "a.b.example.org" # expect: terraform-ingress-tls-missing

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
