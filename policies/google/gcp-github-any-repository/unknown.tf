variable "condition" {
  type = string
}

resource "google_iam_workload_identity_pool_provider" "variable" {
  workload_identity_pool_id          = "deploy"
  workload_identity_pool_provider_id = "github"
  attribute_condition                = var.condition # expect: gcp-github-any-repository
  oidc {
    issuer_uri = "https://token.actions.githubusercontent.com"
  }
}
