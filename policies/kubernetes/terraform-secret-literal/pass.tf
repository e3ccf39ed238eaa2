variable "password" {
  type = string
}

resource "random_password" "ehr" {
  length = 32
}

resource "kubernetes_secret_v1" "ehr" {
  metadata {
    name = "ehr"
  }
  data = {
    username = "ehr"
    password = random_password.ehr.result
  }
}

resource "helm_release" "postgresql" {
  name  = "postgresql"
  chart = "postgresql"
  set {
    name  = "auth.database"
    value = "ehr"
  }
  set_sensitive {
    name  = "auth.password"
    value = var.password
  }
}

resource "helm_release" "existing" {
  name  = "ehr"
  chart = "postgresql"
  set {
    name  = "auth.existingSecret"
    value = "db-credentials-prod"
  }
  set {
    name  = "tls.secretName"
    value = "portal-certificate-2026"
  }
}

variable "db_password" {
  type      = string
  sensitive = true
}

resource "helm_release" "values" {
  name  = "ehr"
  chart = "postgresql"
  values = [
    yamlencode({ auth = { existingSecret = "db-credentials-prod", secretKeys = { adminPasswordKey = "postgres-password" } } }),
    <<-EOF
      auth:
        password: ${var.db_password}
    EOF
  ]
}
