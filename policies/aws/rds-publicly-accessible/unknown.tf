variable "public" {
  type = bool
}

variable "subnets" {
  type = string
}

resource "aws_db_instance" "variable" {
  engine              = "postgres"
  instance_class      = "db.t4g.medium"
  publicly_accessible = var.public # expect: rds-publicly-accessible
}

resource "aws_rds_cluster" "subnets" { # expect: rds-publicly-accessible
  cluster_identifier        = "patients"
  engine                    = "postgres"
  db_cluster_instance_class = "db.m6gd.large"
  db_subnet_group_name      = var.subnets
}
