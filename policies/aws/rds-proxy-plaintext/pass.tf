variable "value" {
  default = true
}

resource "aws_db_proxy" "phi" {
  name           = "ehr"
  engine_family  = "POSTGRESQL"
  role_arn       = "arn:aws:iam::111122223333:role/proxy"
  vpc_subnet_ids = ["subnet-1"]
  require_tls    = true
}

resource "aws_db_proxy" "from_variable" {
  name           = "ehr"
  engine_family  = "POSTGRESQL"
  role_arn       = "arn:aws:iam::111122223333:role/proxy"
  vpc_subnet_ids = ["subnet-1"]
  require_tls    = var.value
}
