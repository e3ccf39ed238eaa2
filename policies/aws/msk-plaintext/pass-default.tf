# TLS, and encrypted between the brokers.
resource "aws_msk_cluster" "absent" {
  cluster_name           = "events"
  kafka_version          = "3.7.x"
  number_of_broker_nodes = 3
}
