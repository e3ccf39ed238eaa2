resource "aws_fsx_lustre_file_system" "absent" { # expect: fsx-backups-disabled
  subnet_ids      = ["subnet-0a1b2c3d"]
  deployment_type = "PERSISTENT_2"
}

resource "aws_fsx_ontap_file_system" "absent" { # expect: fsx-backups-disabled
  deployment_type     = "MULTI_AZ_1"
  subnet_ids          = ["subnet-0a1b2c3d"]
  preferred_subnet_id = "subnet-0a1b2c3d"
}

resource "aws_fsx_openzfs_file_system" "absent" { # expect: fsx-backups-disabled
  deployment_type     = "SINGLE_AZ_2"
  subnet_ids          = ["subnet-0a1b2c3d"]
  throughput_capacity = 160
}
