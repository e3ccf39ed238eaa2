resource "aws_glue_data_catalog_encryption_settings" "off" {
  data_catalog_encryption_settings {
    connection_password_encryption {
      return_connection_password_encrypted = false # expect: glue-catalog-unencrypted
    }
    encryption_at_rest {
      catalog_encryption_mode = "DISABLED" # expect: glue-catalog-unencrypted
    }
  }
}
