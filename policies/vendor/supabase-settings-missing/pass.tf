variable "database_password" {
  type      = string
  sensitive = true
}

resource "supabase_project" "ehr" {
  organization_id   = "acme"
  name              = "ehr"
  database_password = var.database_password
  region            = "us-east-1"
}

resource "supabase_settings" "ehr" {
  project_ref     = supabase_project.ehr.id
  ssl_enforcement = true
}
