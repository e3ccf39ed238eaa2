resource "aws_eks_cluster" "open" {
  name     = "clinic"
  role_arn = "arn:aws:iam::111122223333:role/eks"
  vpc_config {
    subnet_ids             = ["subnet-1", "subnet-2"]
    endpoint_public_access = true # expect: eks-endpoint-public
  }
}

resource "aws_eks_cluster" "world" {
  name     = "clinic"
  role_arn = "arn:aws:iam::111122223333:role/eks"
  vpc_config {
    subnet_ids             = ["subnet-1", "subnet-2"]
    endpoint_public_access = true # expect: eks-endpoint-public
    public_access_cidrs    = ["203.0.113.0/24", "0.0.0.0/0"]
  }
}
