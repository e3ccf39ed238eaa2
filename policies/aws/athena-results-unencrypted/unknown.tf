variable "enforce" {
  type = bool
}

resource "aws_athena_workgroup" "variable" {
  name = "claims"
  configuration {
    enforce_workgroup_configuration = var.enforce # expect: athena-results-unencrypted
    result_configuration {
      encryption_configuration {
        encryption_option = "SSE_S3"
      }
    }
  }
}
