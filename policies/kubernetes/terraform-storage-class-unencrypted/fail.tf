resource "kubernetes_storage_class" "off" {
  metadata {
    name = "gp3"
  }
  storage_provisioner = "ebs.csi.aws.com"
  parameters = {
    type      = "gp3"
    encrypted = "false" # expect: terraform-storage-class-unencrypted
  }
}
