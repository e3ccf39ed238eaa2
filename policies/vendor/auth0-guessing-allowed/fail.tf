resource "auth0_attack_protection" "off" {
  brute_force_protection {
    enabled = false # expect: auth0-guessing-allowed
  }
}
