resource "aws_eks_cluster" "off" {
  name                      = "clinic"
  role_arn                  = "arn:aws:iam::111122223333:role/eks"
  enabled_cluster_log_types = ["api"] # expect: eks-audit-logs-off
}

resource "aws_eks_cluster" "other_0" {
  name                      = "clinic"
  role_arn                  = "arn:aws:iam::111122223333:role/eks"
  enabled_cluster_log_types = [] # expect: eks-audit-logs-off
}
