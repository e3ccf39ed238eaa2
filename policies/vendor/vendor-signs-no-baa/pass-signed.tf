terraform {
  required_providers {
    sendgrid = {
      source = "kenzo0107/sendgrid"
    }
  }
}

provider "sendgrid" {
}
