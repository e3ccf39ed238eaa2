resource "kubernetes_secret" "registry" {
  metadata {
    name = "registry"
  }
  type = "kubernetes.io/dockerconfigjson"
  data = {
    ".dockerconfigjson" = jsonencode({ auths = { "registry.clinic.example" = { username = "deploy", password = "Wint3rIsLong99" } } }) # expect: terraform-secret-literal
  }
}
