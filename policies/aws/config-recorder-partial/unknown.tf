variable "all" {
  type = bool
}

resource "aws_config_configuration_recorder" "variable" {
  role_arn = "arn:aws:iam::111122223333:role/config"
  recording_group {
    all_supported = var.all # expect: config-recorder-partial
  }
}
