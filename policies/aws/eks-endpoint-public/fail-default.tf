resource "aws_eks_cluster" "default" { # expect: eks-endpoint-public
  name     = "clinic"
  role_arn = "arn:aws:iam::111122223333:role/eks"
  vpc_config {
    subnet_ids = ["subnet-1", "subnet-2"]
  }
}
