variable "registry_password" {
  type      = string
  sensitive = true
}

resource "kubernetes_secret_v1" "registry" {
  metadata {
    name = "registry"
  }
  type = "kubernetes.io/dockerconfigjson"
  data = {
    ".dockerconfigjson" = jsonencode({ auths = { "registry.clinic.example" = {
      username = "deploy"
      password = var.registry_password
      auth     = base64encode("deploy:${var.registry_password}")
    } } })
  }
}
