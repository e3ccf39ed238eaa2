resource "aws_appsync_api_cache" "portal" {
  api_id                     = "portal"
  api_caching_behavior       = "FULL_REQUEST_CACHING"
  type                       = "LARGE"
  ttl                        = 900
  at_rest_encryption_enabled = true
  transit_encryption_enabled = true
}
