resource "aws_msk_cluster" "both" {
  cluster_name           = "events"
  kafka_version          = "3.7.x"
  number_of_broker_nodes = 3
  encryption_info {
    encryption_in_transit {
      client_broker = "TLS_PLAINTEXT" # expect: msk-plaintext
      in_cluster    = true
    }
  }
}

resource "aws_msk_cluster" "inside" {
  cluster_name           = "events"
  kafka_version          = "3.7.x"
  number_of_broker_nodes = 3
  encryption_info {
    encryption_in_transit {
      client_broker = "TLS"
      in_cluster    = false # expect: msk-plaintext
    }
  }
}
