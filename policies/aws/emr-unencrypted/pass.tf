resource "aws_emr_cluster" "phi" {
  name                   = "claims"
  release_label          = "emr-7.1.0"
  service_role           = "emr"
  security_configuration = aws_emr_security_configuration.phi.name
}

resource "aws_emr_security_configuration" "phi" {
  name = "phi"
  configuration = jsonencode({
    EncryptionConfiguration = {
      EnableAtRestEncryption    = true
      EnableInTransitEncryption = true
    }
  })
}
