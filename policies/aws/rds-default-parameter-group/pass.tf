resource "aws_db_parameter_group" "phi" {
  family = "mysql8.0"
  parameter {
    name  = "require_secure_transport"
    value = "1"
  }
}

resource "aws_db_instance" "patients" {
  engine               = "mysql"
  engine_version       = "8.0"
  instance_class       = "db.t4g.medium"
  parameter_group_name = aws_db_parameter_group.phi.name
}

resource "aws_rds_cluster" "charts" {
  engine                          = "aurora-mysql"
  db_cluster_parameter_group_name = "phi-aurora"
}
