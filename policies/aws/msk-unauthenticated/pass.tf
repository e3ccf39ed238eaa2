resource "aws_msk_cluster" "phi" {
  cluster_name           = "events"
  kafka_version          = "3.7.x"
  number_of_broker_nodes = 3
  client_authentication {
    sasl {
      iam = true
    }
  }
}
