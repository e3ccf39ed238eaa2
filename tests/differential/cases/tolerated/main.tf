terraform {
  required_version = ">= 1.0"
}

variable "checked" {
  type        = number
  default     = 5
  description = "described"

  validation {
    condition     = var.checked > 0
    error_message = "must be positive"
  }
}

variable "short_lived" {
  type      = string
  default   = "x"
  ephemeral = true
}

resource "terraform_data" "one" {
  input = var.checked

  lifecycle {
    create_before_destroy = true
    ignore_changes        = [input]
    replace_triggered_by  = [terraform_data.two]

    precondition {
      condition     = var.checked == 5
      error_message = "must be five"
    }

    postcondition {
      condition     = self.input == 5
      error_message = "must be five"
    }
  }

  provisioner "local-exec" {
    command = "echo ${self.id}"
    when    = create
  }

  connection {
    type = "ssh"
    host = self.id
  }
}

resource "terraform_data" "two" {
  input      = "two"
  depends_on = [terraform_data.three]
}

resource "terraform_data" "three" {}

moved {
  from = terraform_data.old
  to   = terraform_data.two
}

removed {
  from = terraform_data.gone

  lifecycle {
    destroy = false
  }
}

check "health" {
  assert {
    condition     = terraform_data.two.input == "two"
    error_message = "must be two"
  }
}

output "shown" {
  value       = terraform_data.one.id
  description = "described"
  depends_on  = [terraform_data.two]

  precondition {
    condition     = var.checked > 1
    error_message = "must be more"
  }
}

output "short" {
  value     = nonsensitive(sensitive("x"))
  sensitive = true
}
