variable "value" {
  default = ["api", "audit", "authenticator"]
}

resource "aws_eks_cluster" "phi" {
  name                      = "clinic"
  role_arn                  = "arn:aws:iam::111122223333:role/eks"
  enabled_cluster_log_types = ["api", "audit", "authenticator"]
}

resource "aws_eks_cluster" "from_variable" {
  name                      = "clinic"
  role_arn                  = "arn:aws:iam::111122223333:role/eks"
  enabled_cluster_log_types = var.value
}
