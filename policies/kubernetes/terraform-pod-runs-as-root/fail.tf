resource "kubernetes_deployment" "root" {
  metadata {
    name = "portal"
  }
  spec {
    template {
      spec {
        security_context {
          run_as_user = "0" # expect: terraform-pod-runs-as-root
        }
        container {
          name  = "portal"
          image = "portal"
        }
      }
    }
  }
}

resource "kubernetes_cron_job_v1" "root" {
  metadata {
    name = "export"
  }
  spec {
    schedule = "@daily"
    job_template {
      spec {
        template {
          spec {
            container {
              name  = "export"
              image = "export"
              security_context {
                run_as_user = 0 # expect: terraform-pod-runs-as-root
              }
            }
          }
        }
      }
    }
  }
}
