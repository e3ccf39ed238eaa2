variable "database_password" {
  type      = string
  sensitive = true
}

resource "supabase_project" "ehr" { # expect: supabase-settings-missing
  organization_id   = "acme"
  name              = "ehr"
  database_password = var.database_password
  region            = "us-east-1"
}
