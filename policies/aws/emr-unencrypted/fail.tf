resource "aws_emr_cluster" "plain" { # expect: emr-unencrypted
  name          = "claims"
  release_label = "emr-7.1.0"
  service_role  = "emr"
}

resource "aws_emr_security_configuration" "half" {
  name = "half"
  configuration = jsonencode({ # expect: emr-unencrypted
    EncryptionConfiguration = {
      EnableAtRestEncryption    = true
      EnableInTransitEncryption = false
    }
  })
}
