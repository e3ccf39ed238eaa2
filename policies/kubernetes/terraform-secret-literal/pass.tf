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
