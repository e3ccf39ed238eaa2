resource "auth0_attack_protection" "on" {
  brute_force_protection {
    enabled      = true
    max_attempts = 5
  }
  suspicious_ip_throttling {
    enabled = true
  }
}
