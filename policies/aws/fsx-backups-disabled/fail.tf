resource "aws_fsx_windows_file_system" "off" {
  storage_capacity                = 300
  throughput_capacity             = 1024
  subnet_ids                      = ["subnet-0a1b2c3d"]
  automatic_backup_retention_days = 0 # expect: fsx-backups-disabled
}

resource "aws_fsx_lustre_file_system" "off" {
  subnet_ids                      = ["subnet-0a1b2c3d"]
  deployment_type                 = "PERSISTENT_2"
  automatic_backup_retention_days = 0 # expect: fsx-backups-disabled
}

resource "aws_fsx_ontap_file_system" "off" {
  deployment_type                 = "MULTI_AZ_1"
  subnet_ids                      = ["subnet-0a1b2c3d"]
  preferred_subnet_id             = "subnet-0a1b2c3d"
  automatic_backup_retention_days = 0 # expect: fsx-backups-disabled
}

resource "aws_fsx_openzfs_file_system" "off" {
  deployment_type                 = "SINGLE_AZ_2"
  subnet_ids                      = ["subnet-0a1b2c3d"]
  throughput_capacity             = 160
  automatic_backup_retention_days = 0 # expect: fsx-backups-disabled
}
