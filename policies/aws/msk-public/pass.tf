variable "value" {
  default = "DISABLED"
}

resource "aws_msk_cluster" "phi" {
  cluster_name           = "events"
  kafka_version          = "3.7.x"
  number_of_broker_nodes = 3
  broker_node_group_info {
    connectivity_info {
      public_access {
        type = "DISABLED"
      }
    }
  }
}

resource "aws_msk_cluster" "from_variable" {
  cluster_name           = "events"
  kafka_version          = "3.7.x"
  number_of_broker_nodes = 3
  broker_node_group_info {
    connectivity_info {
      public_access {
        type = var.value
      }
    }
  }
}
