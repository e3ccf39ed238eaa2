resource "aws_batch_job_definition" "all" {
  name = "claims"
  type = "container"
  container_properties = jsonencode({ # expect: batch-job-privileged
    image      = "clinic/claims"
    privileged = true
  })
}
