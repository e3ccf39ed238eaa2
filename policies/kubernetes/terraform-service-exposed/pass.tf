resource "kubernetes_service" "https" {
  metadata {
    name = "portal"
  }
  spec {
    type = "LoadBalancer"
    port {
      port = 443
    }
  }
}

resource "kubernetes_service" "inside" {
  metadata {
    name = "portal"
  }
  spec {
    port {
      port = 80
    }
  }
}

resource "aws_acm_certificate" "portal" {
  domain_name       = "portal.clinic.example"
  validation_method = "DNS"
}

resource "kubernetes_service_v1" "certificate" {
  metadata {
    name = "portal"
    annotations = {
      "service.beta.kubernetes.io/aws-load-balancer-ssl-cert" = aws_acm_certificate.portal.arn
    }
  }
  spec {
    type = "LoadBalancer"
    port {
      port = 80
    }
  }
}

resource "kubernetes_service_v1" "controller" {
  metadata {
    name = "ingress"
  }
  spec {
    type = "LoadBalancer"
    selector = {
      "app.kubernetes.io/name" = "ingress-nginx"
    }
    port {
      port = 80
    }
  }
}
