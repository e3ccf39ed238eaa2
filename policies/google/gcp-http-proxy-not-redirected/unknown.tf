variable "map" {
  type = string
}

resource "google_compute_target_http_proxy" "variable" {
  name    = "http"
  url_map = var.map # expect: gcp-http-proxy-not-redirected
}

resource "google_compute_target_http_proxy" "elsewhere" {
  name    = "http"
  url_map = "redirect" # expect: gcp-http-proxy-not-redirected
}
