variable "configuration" {
  type = string
}

resource "aws_glue_job" "variable" { # expect: glue-job-unencrypted
  name                   = "claims"
  role_arn               = "arn:aws:iam::111122223333:role/glue"
  security_configuration = var.configuration
}
