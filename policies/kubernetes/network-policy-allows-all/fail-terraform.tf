resource "kubernetes_network_policy" "everybody" {
  metadata {
    name      = "everybody"
    namespace = "ehr"
  }
  spec {
    pod_selector {}
    policy_types = ["Ingress"]
    ingress {} # expect: network-policy-allows-all
  }
}

resource "kubernetes_network_policy_v1" "internet" {
  metadata {
    name      = "internet"
    namespace = "ehr"
  }
  spec {
    pod_selector {}
    policy_types = ["Ingress"]
    ingress { # expect: network-policy-allows-all
      from {
        ip_block {
          cidr = "0.0.0.0/0"
        }
      }
    }
  }
}

resource "kubernetes_network_policy_v1" "namespaces" {
  metadata {
    name      = "namespaces"
    namespace = "ehr"
  }
  spec {
    pod_selector {}
    policy_types = ["Ingress"]
    ingress { # expect: network-policy-allows-all
      from {
        namespace_selector {}
      }
    }
  }
}
