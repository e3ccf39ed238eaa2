variable "range" {
  type = string
}

resource "kubernetes_network_policy" "variable" {
  metadata {
    name      = "variable"
    namespace = "ehr"
  }
  spec {
    pod_selector {}
    policy_types = ["Ingress"]
    ingress { # expect: network-policy-allows-all
      from {
        ip_block {
          cidr = var.range
        }
      }
    }
  }
}
