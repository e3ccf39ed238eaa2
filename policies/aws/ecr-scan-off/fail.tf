resource "aws_ecr_repository" "off" {
  name = "portal"
  image_scanning_configuration {
    scan_on_push = false # expect: ecr-scan-off
  }
}

resource "aws_ecr_repository" "text" {
  name = "portal"
  image_scanning_configuration {
    scan_on_push = "false" # expect: ecr-scan-off
  }
}
