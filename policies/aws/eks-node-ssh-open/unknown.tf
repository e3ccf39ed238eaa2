variable "groups" {
  type = list(string)
}

resource "aws_eks_node_group" "variable" {
  cluster_name  = "clinic"
  node_role_arn = "arn:aws:iam::111122223333:role/node"
  subnet_ids    = ["subnet-1"]
  remote_access { # expect: eks-node-ssh-open
    ec2_ssh_key               = "ops"
    source_security_group_ids = var.groups
  }
}
