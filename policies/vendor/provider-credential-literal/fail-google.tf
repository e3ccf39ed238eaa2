provider "google" {
  project = "clinic"
  # expect: provider-credential-literal
  credentials = <<-EOF
    {"type": "service_account", "private_key": "-----BEGIN PRIVATE KEY-----\\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\\n-----END PRIVATE KEY-----\\n"}
  EOF
}
