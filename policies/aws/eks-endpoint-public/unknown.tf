variable "public" {
  type = bool
}

resource "aws_eks_cluster" "variable" {
  name     = "clinic"
  role_arn = "arn:aws:iam::111122223333:role/eks"
  vpc_config {
    subnet_ids             = ["subnet-1", "subnet-2"]
    endpoint_public_access = var.public # expect: eks-endpoint-public
  }
}
