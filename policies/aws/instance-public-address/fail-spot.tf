resource "aws_spot_fleet_request" "batch" {
  iam_fleet_role  = "arn:aws:iam::111122223333:role/fleet"
  target_capacity = 2
  launch_specification {
    ami                         = "ami-0123456789abcdef0"
    instance_type               = "m5.large"
    associate_public_ip_address = true # expect: instance-public-address
  }
}

resource "aws_spot_instance_request" "batch" {
  ami                         = "ami-0123456789abcdef0"
  instance_type               = "m5.large"
  associate_public_ip_address = true # expect: instance-public-address
}
