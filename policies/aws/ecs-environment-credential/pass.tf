resource "aws_db_instance" "ehr" {
  instance_class = "db.m7g.large"
}

resource "aws_ecs_task_definition" "phi" {
  family = "portal"
  container_definitions = jsonencode([{
    name        = "app"
    image       = "clinic/portal"
    environment = [{ name = "LOG_LEVEL", value = "info" }, { name = "DB_HOST", value = aws_db_instance.ehr.address }]
    secrets     = [{ name = "DB_PASSWORD", valueFrom = "arn:aws:secretsmanager:us-east-1:111122223333:secret:ehr" }]
  }])
}
