variable "days" {
  type = number
}

resource "aws_fsx_ontap_file_system" "variable" {
  deployment_type                 = "MULTI_AZ_1"
  subnet_ids                      = ["subnet-0a1b2c3d"]
  preferred_subnet_id             = "subnet-0a1b2c3d"
  automatic_backup_retention_days = var.days # expect: fsx-backups-disabled
}
