resource "aws_eks_cluster" "phi" {
  name     = "clinic"
  role_arn = "arn:aws:iam::111122223333:role/eks"
  encryption_config {
    resources = ["secrets"]
    provider {
      key_arn = "arn:aws:kms:us-east-1:111122223333:key/1"
    }
  }
}
