variable "configuration" {
  type = string
}

resource "aws_glue_job" "variable" {
  name                   = "claims"
  role_arn               = "arn:aws:iam::111122223333:role/glue"
  security_configuration = var.configuration # expect: glue-job-unencrypted
}
