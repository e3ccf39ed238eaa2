resource "kubernetes_storage_class_v1" "absent" { # expect: terraform-storage-class-unencrypted
  metadata {
    name = "gp3"
  }
  storage_provisioner = "ebs.csi.aws.com"
}
