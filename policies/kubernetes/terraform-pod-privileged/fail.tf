resource "kubernetes_deployment" "portal" {
  metadata {
    name = "portal"
  }
  spec {
    template {
      metadata {}
      spec {
        container {
          name  = "app"
          image = "clinic/portal"
          security_context {
            privileged                 = true # expect: terraform-pod-privileged
            allow_privilege_escalation = true # expect: terraform-pod-privileged
            run_as_user                = 0    # expect: terraform-pod-privileged
            capabilities {
              add = ["SYS_ADMIN"] # expect: terraform-pod-privileged
            }
          }
        }
      }
    }
  }
}

resource "kubernetes_pod_v1" "portal" {
  metadata {
    name = "portal"
  }
  spec {
    host_network = true # expect: terraform-pod-privileged
    container {
      name  = "app"
      image = "clinic/portal"
    }
    volume {
      name = "host"
      host_path { # expect: terraform-pod-privileged
        path = "/var/run"
      }
    }
  }
}

resource "kubernetes_cron_job_v1" "nightly" {
  metadata {
    name = "nightly"
  }
  spec {
    schedule = "0 3 * * *"
    job_template {
      metadata {}
      spec {
        template {
          metadata {}
          spec {
            host_pid = true # expect: terraform-pod-privileged
            container {
              name = "app"
            }
          }
        }
      }
    }
  }
}

resource "kubernetes_deployment" "root" {
  metadata {
    name = "portal"
  }
  spec {
    template {
      spec {
        security_context {
          run_as_user = "0" # expect: terraform-pod-privileged
        }
        container {
          name  = "portal"
          image = "portal"
        }
      }
    }
  }
}
