variable "owner" {
  type = string
}

resource "google_iam_workload_identity_pool_provider" "owner" {
  workload_identity_pool_id          = "deploy"
  workload_identity_pool_provider_id = "github"
  attribute_condition                = "assertion.repository_owner_id == '${var.owner}'"
  oidc {
    issuer_uri = "https://token.actions.githubusercontent.com"
  }
}

resource "google_iam_workload_identity_pool_provider" "repository" {
  workload_identity_pool_id          = "deploy"
  workload_identity_pool_provider_id = "github"
  attribute_condition                = "attribute.repository in ['clinic/portal', 'clinic/ehr']"
  oidc {
    issuer_uri = "https://token.actions.githubusercontent.com"
  }
}
