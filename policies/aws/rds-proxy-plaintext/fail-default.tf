# What is not written is off.
resource "aws_db_proxy" "absent" { # expect: rds-proxy-plaintext
  name           = "ehr"
  engine_family  = "POSTGRESQL"
  role_arn       = "arn:aws:iam::111122223333:role/proxy"
  vpc_subnet_ids = ["subnet-1"]
}
