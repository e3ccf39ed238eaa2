variable "value" {
  default = true
}

resource "aws_ecr_repository" "phi" {
  name = "portal"
  image_scanning_configuration {
    scan_on_push = true
  }
}

resource "aws_ecr_repository" "from_variable" {
  name = "portal"
  image_scanning_configuration {
    scan_on_push = var.value
  }
}
