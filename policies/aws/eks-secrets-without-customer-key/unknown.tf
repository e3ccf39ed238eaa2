variable "resources" {
  type = list(string)
}

resource "aws_eks_cluster" "variable" { # expect: eks-secrets-without-customer-key
  name     = "clinic"
  role_arn = "arn:aws:iam::111122223333:role/eks"
  encryption_config {
    resources = var.resources
    provider {
      key_arn = "arn:aws:kms:us-east-1:111122223333:key/1"
    }
  }
}
