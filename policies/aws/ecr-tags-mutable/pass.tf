variable "value" {
  default = "IMMUTABLE"
}

resource "aws_ecr_repository" "phi" {
  name                 = "portal"
  image_tag_mutability = "IMMUTABLE"
}

resource "aws_ecr_repository" "from_variable" {
  name                 = "portal"
  image_tag_mutability = var.value
}
