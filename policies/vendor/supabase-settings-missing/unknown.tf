variable "database_password" {
  type      = string
  sensitive = true
}

variable "project" {
  type = string
}

resource "supabase_project" "ehr" { # expect: supabase-settings-missing
  organization_id   = "acme"
  name              = "ehr"
  database_password = var.database_password
  region            = "us-east-1"
}

# May be the settings of the project above.
resource "supabase_settings" "some" {
  project_ref     = var.project
  ssl_enforcement = true
}
