resource "akamai_edgeworker" "intake" {
  name             = "intake"
  group_id         = 1234
  resource_tier_id = 200
}
