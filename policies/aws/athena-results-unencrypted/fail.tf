resource "aws_athena_workgroup" "free" {
  name = "claims"
  configuration {
    enforce_workgroup_configuration = false # expect: athena-results-unencrypted
    result_configuration {
      encryption_configuration {
        encryption_option = "SSE_KMS"
      }
    }
  }
}
