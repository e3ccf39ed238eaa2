# Seven days.
resource "aws_fsx_windows_file_system" "windows" {
  storage_capacity    = 300
  throughput_capacity = 1024
  subnet_ids          = ["subnet-0a1b2c3d"]
}
