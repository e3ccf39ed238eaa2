locals {
  name  = "clinic"
  items = ["a", "b"]
}

resource "terraform_data" "heredocs" {
  input = {
    plain    = <<EOT
  first
second
EOT
    indented = <<-EOT
      first
        second
    third
    EOT
    blank    = <<-EOT
      first

        second
      EOT
    mixed    = <<-EOT
      ${local.name}
        x
    EOT
    escapes  = <<EOT
\n stays "quoted" $${no} %%{no} \\
EOT
    strip    = <<EOT
a
%{~ for item in local.items ~}
 - ${item}
%{~ endfor ~}
b
EOT
    loop     = <<EOT
%{for item in local.items}
* ${item}
%{endfor}
EOT
    if       = <<EOT
%{if local.name == "clinic"}
yes
%{else}
no
%{endif}
EOT
    if_strip = <<-EOT
      %{~if local.name == "x"~}
      yes
      %{~else~}
      no
      %{~endif~}
      end
    EOT
    nested   = <<EOT
%{for i, item in local.items~}
%{if i > 0}, %{endif}${item}
%{~endfor}
EOT
    in_call  = trimspace(<<EOT
  text
EOT
    )
    in_list  = [<<A
one
A
      , <<B
two
B
    ]
    only     = <<EOT
${local.name}
EOT
    list     = "${local.items}"
    dollar   = "$ {x} $5 100% %d"
    unicode  = "é\u00e9\U0001F600"
  }
}
