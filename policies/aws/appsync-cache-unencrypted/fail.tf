resource "aws_appsync_api_cache" "portal" {
  api_id                     = "portal"
  api_caching_behavior       = "FULL_REQUEST_CACHING"
  type                       = "LARGE"
  ttl                        = 900
  at_rest_encryption_enabled = false # expect: appsync-cache-unencrypted
  transit_encryption_enabled = true
}

resource "aws_appsync_api_cache" "absent" { # expect: appsync-cache-unencrypted
  api_id                     = "absent"
  api_caching_behavior       = "FULL_REQUEST_CACHING"
  type                       = "LARGE"
  ttl                        = 900
  at_rest_encryption_enabled = true
}
