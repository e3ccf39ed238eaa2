resource "aws_kms_key" "phi" {}

resource "aws_redshift_cluster" "warehouse" {
  cluster_identifier = "warehouse"
  node_type          = "ra3.xlplus"
  encrypted          = true
  kms_key_id         = aws_kms_key.phi.arn
}

# The attribute is a text in version 6.
resource "aws_redshift_cluster" "text" {
  cluster_identifier = "warehouse-text"
  node_type          = "ra3.xlplus"
  encrypted          = "true"
}
