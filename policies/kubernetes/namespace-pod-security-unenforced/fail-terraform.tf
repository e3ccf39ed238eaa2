resource "kubernetes_namespace" "silent" { # expect: namespace-pod-security-unenforced
  metadata {
    name = "ehr"
  }
}
