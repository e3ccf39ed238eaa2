variable "generate" {
  type = bool
}

variable "token" {
  type = string
}

provider "cloudflare" {
  api_token = var.generate ? var.token : "hunter2-Kx93mQpz" # expect: provider-credential-literal
}
