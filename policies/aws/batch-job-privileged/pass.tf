resource "aws_batch_job_definition" "phi" {
  name = "claims"
  type = "container"
  container_properties = jsonencode({
    image = "clinic/claims"
  })
}
