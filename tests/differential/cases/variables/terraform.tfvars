text     = 42
not_null = null
settings = {
  name = "portal"
}
