resource "aws_efs_file_system" "roles" {
  encrypted = true
}

# Roles sign in over TLS alone.
resource "aws_efs_file_system_policy" "roles" {
  file_system_id = aws_efs_file_system.roles.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { AWS = "arn:aws:iam::111122223333:role/app" }, Action = "elasticfilesystem:ClientMount" }]
  })
}

resource "aws_efs_file_system" "tls" {
  encrypted = true
}

resource "aws_efs_file_system_policy" "tls" {
  file_system_id = aws_efs_file_system.tls.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "*" }
      Action    = ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"]
      Condition = { Bool = { "aws:SecureTransport" = "true", "elasticfilesystem:AccessedViaMountTarget" = "true" } }
    }]
  })
}
