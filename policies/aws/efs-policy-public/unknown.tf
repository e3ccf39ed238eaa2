variable "principal" {
  type = string
}

resource "aws_efs_file_system_policy" "variable" {
  file_system_id = "fs-0123456789abcdef0"
  policy = jsonencode({ # expect: efs-policy-public
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { AWS = var.principal }, Action = "elasticfilesystem:ClientMount" }]
  })
}
