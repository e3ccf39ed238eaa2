resource "kubernetes_service" "http" {
  metadata {
    name = "portal"
  }
  spec {
    type = "LoadBalancer"
    port {
      port = 80 # expect: terraform-service-exposed
    }
  }
}

# The certificate is for port 443 alone.
resource "kubernetes_service_v1" "beside" {
  metadata {
    name = "portal"
    annotations = {
      "service.beta.kubernetes.io/aws-load-balancer-ssl-cert"  = "arn:aws:acm:us-east-1:123456789012:certificate/portal"
      "service.beta.kubernetes.io/aws-load-balancer-ssl-ports" = "443"
    }
  }
  spec {
    type = "LoadBalancer"
    port {
      port = 80 # expect: terraform-service-exposed
    }
    port {
      port = 443
    }
  }
}
