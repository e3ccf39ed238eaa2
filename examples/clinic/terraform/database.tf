resource "aws_db_subnet_group" "records" {
  name       = "records"
  subnet_ids = [for subnet in aws_subnet.private : subnet.id]
}

resource "aws_rds_cluster" "records" {
  cluster_identifier      = "records-${var.environment}"
  engine                  = "aurora-postgresql"
  engine_version          = "16.4"
  master_username         = "records"
  master_password         = var.records_password
  db_subnet_group_name    = aws_db_subnet_group.records.name
  storage_encrypted       = false
  backup_retention_period = 3
  skip_final_snapshot     = true
}

resource "aws_rds_cluster_instance" "records" {
  count               = 2
  cluster_identifier  = aws_rds_cluster.records.id
  engine              = aws_rds_cluster.records.engine
  instance_class      = "db.r7g.large"
  publicly_accessible = count.index == 0
}

resource "aws_db_parameter_group" "reports" {
  name   = "reports"
  family = "postgres14"

  parameter {
    name  = "rds.force_ssl"
    value = "0"
  }
}

module "reports" {
  source   = "./modules/postgres"
  for_each = var.databases

  name                 = "${each.key}-${var.environment}"
  engine               = each.value.engine
  encrypted            = each.value.encrypted
  retention_days       = each.value.retention_days
  parameter_group_name = aws_db_parameter_group.reports.name
  subnet_group_name    = aws_db_subnet_group.records.name
}
