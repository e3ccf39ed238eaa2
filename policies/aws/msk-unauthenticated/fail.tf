resource "aws_msk_cluster" "absent" { # expect: msk-unauthenticated
  cluster_name           = "events"
  kafka_version          = "3.7.x"
  number_of_broker_nodes = 3
}

resource "aws_msk_cluster" "both" {
  cluster_name           = "events"
  kafka_version          = "3.7.x"
  number_of_broker_nodes = 3
  client_authentication {
    unauthenticated = true # expect: msk-unauthenticated
    sasl {
      iam = true
    }
  }
}
