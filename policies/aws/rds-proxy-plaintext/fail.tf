resource "aws_db_proxy" "off" {
  name           = "ehr"
  engine_family  = "POSTGRESQL"
  role_arn       = "arn:aws:iam::111122223333:role/proxy"
  vpc_subnet_ids = ["subnet-1"]
  require_tls    = false # expect: rds-proxy-plaintext
}

resource "aws_db_proxy" "text" {
  name           = "ehr"
  engine_family  = "POSTGRESQL"
  role_arn       = "arn:aws:iam::111122223333:role/proxy"
  vpc_subnet_ids = ["subnet-1"]
  require_tls    = "false" # expect: rds-proxy-plaintext
}
