resource "aws_ecr_repository" "off" {
  name                 = "portal"
  image_tag_mutability = "MUTABLE" # expect: ecr-tags-mutable
}
