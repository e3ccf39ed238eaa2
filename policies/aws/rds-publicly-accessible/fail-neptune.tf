resource "aws_neptune_cluster_instance" "graph" {
  cluster_identifier  = "graph"
  instance_class      = "db.r6g.large"
  publicly_accessible = true # expect: rds-publicly-accessible
}

resource "aws_lightsail_database" "small" {
  relational_database_name = "small"
  publicly_accessible      = true # expect: rds-publicly-accessible
}
