environment = "production"

databases = {
  billing = {
    engine         = "postgres"
    encrypted      = true
    retention_days = 14
  }
  radiology = {
    engine = "postgres"
  }
}
