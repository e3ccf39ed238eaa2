resource "aws_efs_file_system_policy" "open" {
  file_system_id = "fs-0123456789abcdef0"
  policy = jsonencode({ # expect: efs-policy-public
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { AWS = "*" }, Action = ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"] }]
  })
}

resource "aws_efs_file_system_policy" "tls" {
  file_system_id = "fs-0123456789abcdef0"
  policy = jsonencode({ # expect: efs-policy-public
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "elasticfilesystem:ClientMount"
      Condition = { Bool = { "aws:SecureTransport" = "true" } }
    }]
  })
}
