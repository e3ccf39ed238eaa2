variable "value" {
  type = string
}

resource "aws_ecr_repository" "variable" {
  name                 = "portal"
  image_tag_mutability = var.value # expect: ecr-tags-mutable
}
