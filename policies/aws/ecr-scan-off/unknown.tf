variable "value" {
  type = bool
}

resource "aws_ecr_repository" "variable" {
  name = "portal"
  image_scanning_configuration {
    scan_on_push = var.value # expect: ecr-scan-off
  }
}
