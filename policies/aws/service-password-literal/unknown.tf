variable "from_store" {
  type = bool
}

resource "random_password" "broker" {
  length = 24
}

resource "aws_mq_broker" "orders" {
  broker_name = "orders"
  user {
    username = "portal"
    password = var.from_store ? random_password.broker.result : "correct-horse-battery" # expect: service-password-literal
  }
}
