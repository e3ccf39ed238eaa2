resource "aws_athena_workgroup" "plain" { # expect: athena-results-unencrypted
  name = "claims"
}

resource "aws_athena_database" "plain" { # expect: athena-results-unencrypted
  name   = "claims"
  bucket = "clinic-athena"
}
