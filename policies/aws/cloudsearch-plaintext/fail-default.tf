resource "aws_cloudsearch_domain" "absent" { # expect: cloudsearch-plaintext
  name = "records"
}
