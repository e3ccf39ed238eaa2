variable "properties" {
  type = string
}

resource "aws_batch_job_definition" "variable" {
  name                 = "claims"
  type                 = "container"
  container_properties = var.properties # expect: batch-job-privileged
}
