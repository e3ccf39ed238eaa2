resource "fastly_service_vcl" "written" { # expect: fastly-http-allowed
  name = "portal"
  vcl {
    name    = "main"
    content = "sub vcl_recv {}"
    main    = true
  }
}
