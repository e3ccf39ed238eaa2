resource "aws_ec2_client_vpn_endpoint" "off" {
  server_certificate_arn = "arn:aws:acm:us-east-1:111122223333:certificate/1"
  client_cidr_block      = "10.9.0.0/22"
  connection_log_options {
    enabled = false # expect: client-vpn-logging-off
  }
}
