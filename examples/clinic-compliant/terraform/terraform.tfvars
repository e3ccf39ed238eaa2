environment = "production"

databases = {
  billing   = { engine = "postgres" }
  radiology = { engine = "postgres", retention_days = 14 }
}
