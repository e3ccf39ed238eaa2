resource "aws_batch_job_definition" "export" {
  name = "export"
  type = "container"
  container_properties = jsonencode({ # expect: service-environment-credential
    image       = "clinic/export"
    environment = [{ name = "DB_PASSWORD", value = "hK3-94jd-Lq02" }]
  })
}

resource "aws_elastic_beanstalk_environment" "portal" {
  name        = "portal"
  application = "portal"
  setting {
    namespace = "aws:elasticbeanstalk:application:environment"
    name      = "DB_PASSWORD"
    value     = "hK3-94jd-Lq02" # expect: service-environment-credential
  }
}

resource "aws_apprunner_service" "portal" {
  service_name = "portal"
  source_configuration {
    image_repository {
      image_identifier      = "111122223333.dkr.ecr.us-east-1.amazonaws.com/portal:1"
      image_repository_type = "ECR"
      image_configuration {
        runtime_environment_variables = { API_KEY = "hK3-94jd-Lq02" } # expect: service-environment-credential
      }
    }
  }
}

resource "aws_amplify_app" "portal" {
  name                  = "portal"
  environment_variables = { API_SECRET = "hK3-94jd-Lq02" } # expect: service-environment-credential
}

resource "aws_sagemaker_model" "triage" {
  name = "triage"
  primary_container {
    image       = "111122223333.dkr.ecr.us-east-1.amazonaws.com/triage:1"
    environment = { DB_PASSWORD = "hK3-94jd-Lq02" } # expect: service-environment-credential
  }
}

resource "aws_glue_job" "claims" {
  name              = "claims"
  default_arguments = { "--db-password" = "hK3-94jd-Lq02" } # expect: service-environment-credential
}
