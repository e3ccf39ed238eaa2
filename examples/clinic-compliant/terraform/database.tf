resource "aws_db_subnet_group" "records" {
  name       = "records"
  subnet_ids = [for subnet in aws_subnet.private : subnet.id]
}

resource "aws_rds_cluster_parameter_group" "records" {
  name   = "records"
  family = "aurora-postgresql16"

  parameter {
    name  = "rds.force_ssl"
    value = "1"
  }
}

resource "aws_rds_cluster" "records" {
  cluster_identifier              = "records-${var.environment}"
  engine                          = "aurora-postgresql"
  engine_version                  = "16.4"
  master_username                 = "records"
  manage_master_user_password     = true
  db_subnet_group_name            = aws_db_subnet_group.records.name
  db_cluster_parameter_group_name = aws_rds_cluster_parameter_group.records.name
  storage_encrypted               = true
  kms_key_id                      = aws_kms_key.records.arn
  backup_retention_period         = 35
  delete_automated_backups        = false
  final_snapshot_identifier       = "records-final"
  deletion_protection             = true
  copy_tags_to_snapshot           = true
  enabled_cloudwatch_logs_exports = ["postgresql"]
  tags                            = { backup = "daily" }
}

resource "aws_rds_cluster_instance" "records" {
  count               = 2
  cluster_identifier  = aws_rds_cluster.records.id
  engine              = aws_rds_cluster.records.engine
  instance_class      = "db.r7g.large"
  publicly_accessible = false
}

resource "aws_db_parameter_group" "reports" {
  name   = "reports"
  family = "postgres14"

  parameter {
    name  = "rds.force_ssl"
    value = "1"
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
  kms_key_arn          = aws_kms_key.records.arn
}
