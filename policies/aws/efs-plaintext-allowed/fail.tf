resource "aws_efs_file_system" "alone" { # expect: efs-plaintext-allowed
  encrypted = true
}

resource "aws_efs_file_system" "files" {
  encrypted = true
}

resource "aws_efs_file_system_policy" "files" {
  file_system_id = aws_efs_file_system.files.id
  policy = jsonencode({ # expect: efs-plaintext-allowed
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { AWS = "*" }, Action = "elasticfilesystem:ClientMount" }]
  })
}
