# There is an agreement, but it names something else.
resource "akamai_edgeworker" "intake" { # expect: akamai-edgeworkers-not-covered
  name             = "intake"
  group_id         = 1234
  resource_tier_id = 200
}
