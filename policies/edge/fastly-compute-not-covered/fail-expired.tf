# The agreement that named the runtime has run out.
resource "fastly_service_compute" "intake" { # expect: fastly-compute-not-covered
  name = "intake"

  domain {
    name = "intake.example.org"
  }
}

resource "fastly_kvstore" "sessions" { # expect: fastly-compute-not-covered
  name = "sessions"
}
