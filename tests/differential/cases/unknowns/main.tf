resource "terraform_data" "source" {
  input = "known"
}

resource "terraform_data" "unknowns" {
  input = {
    id       = terraform_data.source.id
    text     = "prefix-${terraform_data.source.id}"
    known    = terraform_data.source.input
    list     = [terraform_data.source.id, "x"]
    length   = length([terraform_data.source.id, "x"])
    logic    = false && terraform_data.source.id == "x"
    branch   = terraform_data.source.id == "x" ? "a" : "b"
    either   = true || terraform_data.source.id == "x"
    merged   = merge({ a = 1 }, { b = terraform_data.source.id })
    json     = jsonencode({ a = terraform_data.source.id })
    coalesce = coalesce(null, "x", terraform_data.source.id)
    keys     = keys({ a = terraform_data.source.id })
    concat   = concat(["a"], [terraform_data.source.id])
    try      = try(terraform_data.source.id, "x")
    can      = can(terraform_data.source.id)
    nested   = { deep = { id = terraform_data.source.id, ok = true } }
    null     = terraform_data.source.id == null
    for      = [for item in ["a", terraform_data.source.id] : "${item}!"]
    sensitive = sensitive(terraform_data.source.id)
  }
}
