variable "value" {
  default = true
}

resource "aws_ebs_snapshot_copy" "phi" {
  source_region      = "us-west-2"
  source_snapshot_id = "snap-0a1b2c3d4e5f60718"
  encrypted          = true
}

resource "aws_ami_copy" "phi" {
  name              = "portal"
  source_ami_id     = "ami-0a1b2c3d4e5f60718"
  source_ami_region = "us-west-2"
  encrypted         = true
}

resource "aws_ebs_snapshot_copy" "from_variable" {
  source_region      = "us-west-2"
  source_snapshot_id = "snap-0a1b2c3d4e5f60718"
  encrypted          = var.value
}
