resource "google_iam_workload_identity_pool_provider" "silent" { # expect: gcp-github-any-repository
  workload_identity_pool_id          = "deploy"
  workload_identity_pool_provider_id = "github"
  attribute_mapping = {
    "google.subject" = "assertion.sub"
  }
  oidc {
    issuer_uri = "https://token.actions.githubusercontent.com"
  }
}

resource "google_iam_workload_identity_pool_provider" "branch" {
  workload_identity_pool_id          = "deploy"
  workload_identity_pool_provider_id = "github"
  attribute_condition                = "assertion.ref == 'refs/heads/main'" # expect: gcp-github-any-repository
  oidc {
    issuer_uri = "https://token.actions.githubusercontent.com"
  }
}
