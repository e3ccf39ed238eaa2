# What is not written is off.
resource "aws_eks_cluster" "absent" { # expect: eks-audit-logs-off
  name     = "clinic"
  role_arn = "arn:aws:iam::111122223333:role/eks"
}
