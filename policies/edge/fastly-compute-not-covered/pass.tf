resource "fastly_service_compute" "intake" {
  name = "intake"

  domain {
    name = "intake.example.org"
  }
}

resource "fastly_kvstore" "sessions" {
  name = "sessions"
}
