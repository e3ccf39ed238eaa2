resource "aws_athena_workgroup" "phi" {
  name = "claims"
  configuration {
    result_configuration {
      encryption_configuration {
        encryption_option = "SSE_KMS"
      }
    }
  }
}

resource "aws_athena_database" "phi" {
  name   = "claims"
  bucket = "clinic-athena"
  encryption_configuration {
    encryption_option = "SSE_KMS"
  }
}
