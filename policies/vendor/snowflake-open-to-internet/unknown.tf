variable "range" {
  type = string
}

resource "snowflake_network_policy" "variable" {
  name            = "variable"
  allowed_ip_list = [var.range] # expect: snowflake-open-to-internet
}
