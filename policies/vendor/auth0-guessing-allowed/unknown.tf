variable "protect" {
  type = bool
}

resource "auth0_attack_protection" "variable" {
  brute_force_protection {
    enabled = var.protect # expect: auth0-guessing-allowed
  }
}
