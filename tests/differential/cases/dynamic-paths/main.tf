locals {
  files = fileset(path.module, "data/**")
  key   = "b"
  table = { a = { list = [1, 2] }, b = { list = [3, 4], "c d" = "x" } }
}

module "child" {
  source = "./nested/child"
}

resource "terraform_data" "paths" {
  input = {
    module  = path.module
    root    = path.root
    files   = local.files
    each    = { for file in local.files : basename(file) => trimspace(file("${path.module}/${file}")) }
    dynamic = local.table[local.key].list[length(local.key)]
    quoted  = local.table["b"]["c d"]
    index   = local.table[local.key]["list"][0]
    child   = module.child.all
    exists  = [fileexists("${path.module}/data/a.txt"), fileexists("data/none.txt")]
    hash    = [filemd5("data/a.txt"), filesha256("data/a.txt"), filebase64("data/a.txt"), filesha1("data/a.txt"), filesha512("data/a.txt"), filebase64sha256("data/a.txt"), filebase64sha512("data/a.txt")]
    set     = [for file in fileset("data", "*.txt") : file]
    braces  = fileset(path.module, "data/{a,b}.txt")
    yaml    = yamldecode(file("${path.module}/data/sub/c.yaml"))
  }
}
