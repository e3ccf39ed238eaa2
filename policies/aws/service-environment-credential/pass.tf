resource "aws_secretsmanager_secret" "db" {
  name = "db"
}

resource "aws_batch_job_definition" "export" {
  name = "export"
  type = "container"
  container_properties = jsonencode({
    image       = "clinic/export"
    environment = [{ name = "LOG_LEVEL", value = "info" }, { name = "DB_SECRET_ARN", value = aws_secretsmanager_secret.db.arn }]
    secrets     = [{ name = "DB_PASSWORD", valueFrom = aws_secretsmanager_secret.db.arn }]
  })
}

resource "aws_elastic_beanstalk_environment" "portal" {
  name        = "portal"
  application = "portal"
  setting {
    namespace = "aws:elasticbeanstalk:application:environment"
    name      = "DB_SECRET_ARN"
    value     = aws_secretsmanager_secret.db.arn
  }
  setting {
    namespace = "aws:autoscaling:asg"
    name      = "MinSize"
    value     = "2"
  }
}

resource "aws_glue_job" "claims" {
  name              = "claims"
  default_arguments = { "--job-language" = "python", "--TempDir" = "s3://clinic-tmp/" }
}

resource "aws_amplify_app" "portal" {
  name                  = "portal"
  environment_variables = { STAGE = "prod" }
}
