resource "aws_neptune_global_cluster" "graph" {
  global_cluster_identifier = "graph"
  storage_encrypted         = true
}
