resource "aws_codebuild_project" "portal" {
  name = "portal"
  source {
    type     = "GITHUB"
    location = "https://builder:correct-horse-battery@github.com/clinic/portal.git" # expect: codebuild-credential-plaintext
  }
}

resource "aws_codebuild_project" "token" {
  name = "token"
  source {
    type     = "BITBUCKET"
    location = "https://x-token-auth@bitbucket.org/clinic/portal.git" # expect: codebuild-credential-plaintext
  }
}
