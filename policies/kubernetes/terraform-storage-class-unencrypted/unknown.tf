variable "encrypted" {
  type = string
}

resource "kubernetes_storage_class" "variable" {
  metadata {
    name = "gp3"
  }
  storage_provisioner = "ebs.csi.aws.com"
  parameters = {
    encrypted = var.encrypted # expect: terraform-storage-class-unencrypted
  }
}
