resource "aws_docdb_cluster" "charts" {
  cluster_identifier = "charts"
  storage_encrypted  = true
}

resource "aws_docdb_cluster_snapshot" "charts" {
  db_cluster_identifier          = aws_docdb_cluster.charts.id
  db_cluster_snapshot_identifier = "charts"
}
