# What is not written holds.
resource "aws_ebs_encryption_by_default" "absent" {
}
