resource "kubernetes_network_policy" "portal" {
  metadata {
    name      = "portal"
    namespace = "ehr"
  }
  spec {
    pod_selector {}
    policy_types = ["Ingress"]
    ingress {
      ports {
        port     = "8443"
        protocol = "TCP"
      }
      from {
        namespace_selector {
          match_labels = {
            name = "ingress"
          }
        }
      }
    }
  }
}
