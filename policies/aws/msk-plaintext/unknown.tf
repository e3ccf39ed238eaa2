variable "mode" {
  type = string
}

resource "aws_msk_cluster" "variable" {
  cluster_name           = "events"
  kafka_version          = "3.7.x"
  number_of_broker_nodes = 3
  encryption_info {
    encryption_in_transit {
      client_broker = var.mode # expect: msk-plaintext
    }
  }
}
