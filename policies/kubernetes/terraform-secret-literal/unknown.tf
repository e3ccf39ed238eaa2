variable "generate" {
  type = bool
}

resource "random_password" "ehr" {
  length = 32
}

resource "helm_release" "either" {
  name  = "postgresql"
  chart = "postgresql"
  set {
    name  = "auth.password"
    value = var.generate ? random_password.ehr.result : "hunter2-Kx93mQpz" # expect: terraform-secret-literal
  }
}

resource "kubernetes_secret" "either" {
  metadata {
    name = "ehr"
  }
  data = { # expect: terraform-secret-literal
    password = var.generate ? random_password.ehr.result : "hunter2-Kx93mQpz"
  }
}
