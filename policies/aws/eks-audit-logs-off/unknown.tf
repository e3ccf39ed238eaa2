variable "value" {
  type = list(string)
}

resource "aws_eks_cluster" "variable" {
  name                      = "clinic"
  role_arn                  = "arn:aws:iam::111122223333:role/eks"
  enabled_cluster_log_types = var.value # expect: eks-audit-logs-off
}
