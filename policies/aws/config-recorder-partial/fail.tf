resource "aws_config_configuration_recorder" "some" {
  role_arn = "arn:aws:iam::111122223333:role/config"
  recording_group {
    all_supported  = false # expect: config-recorder-partial
    resource_types = ["AWS::EC2::Instance"]
  }
}

resource "aws_config_configuration_recorder_status" "off" {
  name       = "default"
  is_enabled = false # expect: config-recorder-partial
}
