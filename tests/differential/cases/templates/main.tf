locals {
  name  = "clinic"
  items = ["a", "b"]
}

resource "terraform_data" "templates" {
  input = {
    plain      = "hello ${local.name}"
    whole      = "${local.items}"
    number     = "n=${1 + 1} b=${true}"
    escaped    = "$${not} %%{here} \"quoted\" \t\u00e9"
    directive  = "%{if local.name == "clinic"}yes%{else}no%{endif}"
    loop       = "%{for item in local.items}<${item}>%{endfor}"
    stripped   = "a   ${~ local.name ~}   b"
    heredoc    = <<EOT
line one
  ${local.name}
EOT
    indented   = <<-EOT
      first
        second ${local.name}
      %{ for item in local.items ~}
      - ${item}
      %{ endfor ~}
      last
    EOT
    file       = templatefile("${path.module}/hello.tftpl", { name = local.name, items = local.items })
    raw        = file("${path.module}/hello.tftpl")
    json       = jsonencode({ b = 1, a = [true, null, "x<y"] })
    decoded    = jsondecode("{\"a\": [1, 2.5, null]}")
  }
}
