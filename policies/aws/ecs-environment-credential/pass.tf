resource "aws_ecs_task_definition" "phi" {
  family = "portal"
  container_definitions = jsonencode([{
    name  = "app"
    image = "clinic/portal"
    environment = [{ name = "LOG_LEVEL", value = "info" }]
    secrets     = [{ name = "DB_PASSWORD", valueFrom = "arn:aws:secretsmanager:us-east-1:111122223333:secret:ehr" }]
  }])
}
