resource "aws_db_instance" "patients" {
  identifier        = "patients"
  engine            = "postgres"
  instance_class    = "db.t4g.medium"
  storage_encrypted = true
}

resource "aws_db_snapshot" "patients" {
  db_instance_identifier = aws_db_instance.patients.identifier
  db_snapshot_identifier = "patients"
}

resource "aws_rds_cluster" "charts" {
  cluster_identifier = "charts"
  engine             = "aurora-postgresql"
  storage_encrypted  = true
}

resource "aws_db_cluster_snapshot" "charts" {
  db_cluster_identifier          = aws_rds_cluster.charts.id
  db_cluster_snapshot_identifier = "charts"
}
