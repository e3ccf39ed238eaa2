variable "name" {
  type = string
}

variable "engine" {
  type = string
}

variable "encrypted" {
  type = bool
}

variable "retention_days" {
  type = number
}

variable "parameter_group_name" {
  type = string
}

variable "subnet_group_name" {
  type = string
}

variable "kms_key_arn" {
  type = string
}

variable "log_exports" {
  type    = list(string)
  default = ["postgresql", "upgrade"]
}

resource "aws_db_instance" "this" {
  identifier                      = var.name
  engine                          = var.engine
  instance_class                  = "db.t4g.medium"
  allocated_storage               = 50
  username                        = "reports"
  manage_master_user_password     = true
  storage_encrypted               = var.encrypted
  kms_key_id                      = var.kms_key_arn
  backup_retention_period         = var.retention_days
  delete_automated_backups        = false
  deletion_protection             = true
  parameter_group_name            = var.parameter_group_name
  db_subnet_group_name            = var.subnet_group_name
  enabled_cloudwatch_logs_exports = var.log_exports
  final_snapshot_identifier       = "${var.name}-final"
  tags                            = { backup = "daily" }
}

output "arn" {
  value = aws_db_instance.this.arn
}
