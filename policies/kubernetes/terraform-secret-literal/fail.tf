resource "kubernetes_secret" "ehr" {
  metadata {
    name = "ehr"
  }
  data = { # expect: terraform-secret-literal
    username = "ehr"
    password = "hunter2-Kx93mQpz"
  }
}

resource "helm_release" "postgresql" {
  name  = "postgresql"
  chart = "postgresql"
  set {
    name  = "auth.password"
    value = "hunter2-Kx93mQpz" # expect: terraform-secret-literal
  }
}

resource "helm_release" "values" {
  name  = "ehr"
  chart = "postgresql"
  values = [
    yamlencode({ auth = { password = "hunter2-Kx93mQpz" } }), # expect: terraform-secret-literal
  ]
}
