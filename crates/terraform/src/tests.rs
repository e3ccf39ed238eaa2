//! Small configurations through [`load`]. Expected values were checked against Terraform 1.11.4, or follow from the
//! contract of [`Unknown`] where Terraform's plan says no more than that a value is not known.

use std::{fmt::Write as _, fs};

use hipaa_iac_source::{
    Diagnostic, Inventory, Level, Node, Resource, Sources, Unknown, Value, walk,
};

use crate::{Assignment, Options, load};

pub(crate) struct Loaded {
    pub(crate) inventory: Inventory,
    sources: Sources,
    dir: tempfile::TempDir,
}

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = dir.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    dir
}

fn evaluate_with(files: &[(&str, &str)], options: &Options) -> Loaded {
    let dir = folder(files);
    let sources = Sources::new();
    let (entries, _) = walk(dir.path());
    Loaded {
        inventory: load(&sources, &entries, options),
        sources,
        dir,
    }
}

pub(crate) fn evaluate(files: &[(&str, &str)]) -> Loaded {
    evaluate_with(files, &Options::default())
}

pub(crate) fn main_tf(text: &str) -> Loaded {
    evaluate(&[("main.tf", text)])
}

/// One expression as the `input` of a `terraform_data`.
fn input(expression: &str) -> Node {
    let loaded = main_tf(&format!(
        "resource \"terraform_data\" \"a\" {{\n  input = {expression}\n}}\n"
    ));
    assert!(
        loaded.inventory.diagnostics.is_empty(),
        "{expression}: {:?}",
        loaded.inventory.diagnostics
    );
    loaded.value("terraform_data.a", "input").clone()
}

impl Loaded {
    fn resource(&self, address: &str) -> &Resource {
        let found = self
            .inventory
            .resources
            .iter()
            .find(|resource| &*resource.address == address);
        found.unwrap_or_else(|| panic!("{address} is not among {:?}", self.addresses()))
    }

    fn addresses(&self) -> Vec<&str> {
        self.inventory
            .resources
            .iter()
            .map(|resource| &*resource.address)
            .collect()
    }

    pub(crate) fn value(&self, address: &str, path: &str) -> &Node {
        path.split('.')
            .fold(&self.resource(address).body, |node, key| {
                let inner = match key.parse::<usize>() {
                    Ok(at) => node.as_list().and_then(|list| list.get(at)),
                    Err(_) => node.get(key),
                };
                inner.unwrap_or_else(|| panic!("{address} has no {path}: {node:?}"))
            })
    }

    pub(crate) fn unknown(&self, address: &str, path: &str) -> &Unknown {
        self.value(address, path)
            .as_unknown()
            .unwrap_or_else(|| panic!("{address}.{path} is known"))
    }

    pub(crate) fn references(&self, address: &str, path: &str) -> Vec<String> {
        let references = self.value(address, path).references();
        references
            .iter()
            .map(|reference| format!("{}.{}", reference.address, reference.attribute))
            .collect()
    }

    /// The text that a value's place covers, with the line.
    fn at(&self, node: &Node) -> String {
        let span = node.span.unwrap();
        let file = self.sources.get(span.file).unwrap();
        format!("{}:{}", file.position(span.start).line, file.slice(span))
    }

    pub(crate) fn codes(&self) -> Vec<&str> {
        self.inventory
            .diagnostics
            .iter()
            .map(|diagnostic| diagnostic.code)
            .collect()
    }

    pub(crate) fn diagnostic(&self, code: &str) -> &Diagnostic {
        self.inventory
            .diagnostics
            .iter()
            .find(|diagnostic| diagnostic.code == code)
            .unwrap_or_else(|| {
                panic!("no {code} among {:?}", self.inventory.diagnostics);
            })
    }
}

fn json(text: &str) -> Node {
    Node::from(&serde_json::from_str::<serde_json::Value>(text).unwrap())
}

#[test]
fn expressions_give_what_terraform_plans() {
    for (expression, expected) in [
        ("0.1 + 0.2", "0.3"),
        (
            "\"x${1 / 3}\"",
            r#""x0.33333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333335""#,
        ),
        (
            "\"x${0.1 * 0.1 * 0.1 * 0.1}\"",
            r#""x0.00010000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000001""#,
        ),
        ("\"x${2 / 3 * 3}\"", r#""x2""#),
        ("-7 % 3", "-1"),
        ("7.5 % 2", "1.5"),
        ("2 + 3 * 4 - 1", "13"),
        ("\"5\" + 1", "6"),
        ("!\"true\"", "false"),
        ("1 < \"2\"", "true"),
        ("\"1\" == 1", "false"),
        ("1 == 1.0", "true"),
        ("[1] == tolist([1])", "false"),
        ("{ a = 1 } == tomap({ a = 1 })", "false"),
        ("null == null", "true"),
        ("1 == null", "false"),
        ("true ? 1 : \"x\"", r#""1""#),
        ("false ? { a = 1 } : { b = \"x\" }", r#"{"b": "x"}"#),
        ("true ? [1] : [\"a\", true]", r#"["1"]"#),
        ("true ? null : \"x\"", "null"),
        ("null[*]", "[]"),
        ("\"x\"[*]", r#"["x"]"#),
        ("[[{ a = [1, 2] }], [{ a = [3] }]][*][*].a[0]", "[[1], [3]]"),
        ("[{ a = { b = 1 } }, { a = { b = 2 } }].*.a.b", "[1, 2]"),
        ("[1, 2].0", "1"),
        ("[\"a\"][\"0\"]", r#""a""#),
        (
            "{ for k, v in { a = 1, b = 2 } : v => k... }",
            r#"{"1": ["a"], "2": ["b"]}"#,
        ),
        (
            "[for k, v in toset([\"z\", \"a\"]) : \"${k}${v}\"]",
            r#"["aa", "zz"]"#,
        ),
        (
            "[for i, v in [\"a\", \"b\", \"c\"] : \"${i}${v}\" if i != 1]",
            r#"["0a", "2c"]"#,
        ),
        (
            "{ (true ? \"k\" : \"z\") = 1, \"x${1}\" = 2, 3 = 4 }",
            r#"{"3": 4, "k": 1, "x1": 2}"#,
        ),
        ("{ a = 1, a = 2 }", r#"{"a": 2}"#),
        ("\"a ${~ true ~}   \\n  b\"", r#""atrueb""#),
        ("\"%{ for x in [1, 2] }${x},%{ endfor }\"", r#""1,2,""#),
        ("\"%{ if false }a%{ else }b%{ endif }\"", r#""b""#),
        ("\"$${x} %%{y} \\u00e9\"", "\"${x} %{y} \u{e9}\""),
        (
            "<<-EOT\n      a\n        %{ for x in [\"1\", \"2\"] ~}\n        line ${x}\n        %{ endfor ~}\n      end\n        \n    EOT\n",
            r#""a\n          line 1\n          line 2\n        end\n        \n""#,
        ),
        (
            "<<EOT\na %{~ if true }\n   yes\n%{ else ~}\n   no\n%{ endif ~}\n   z\nEOT\n",
            r#""a\n   yes\n   z\n""#,
        ),
        ("try({}.a, null, \"z\")", "null"),
        ("try({}.a, [].b, \"z\")", r#""z""#),
        ("can({}.a)", "false"),
        ("toset([1, 2, 1])", "[1, 2]"),
        ("toset([3, 10, \"b\"])", r#"["10", "3", "b"]"#),
        ("\"${path.module} ${path.root}\"", r#"". .""#),
    ] {
        assert_eq!(input(expression), json(expected), "{expression}");
    }
}

#[test]
fn large_numbers_keep_their_digits() {
    let node = input("123456789012345678901234567890");
    let Value::Number(number) = &node.value else {
        panic!()
    };
    assert_eq!(number.to_string(), "123456789012345678901234567890");
}

#[test]
fn what_terraform_refuses_is_an_error_and_unknown() {
    for expression in [
        "[1, 2][5]",
        "{ a = 1 }.b",
        "\"a\" + 1",
        "true && null",
        "true ? 1 : true",
        "true ? { a = 1 } : { b = [1] }",
        "\"a${[1]}\"",
        "\"a${null}\"",
        "{ for x in [\"a\", \"a\"] : x => x }",
        "[for x in null : x]",
        "local.missing",
        "var.missing",
        "aws_x.missing.id",
        "nofunction(1)",
        "1 / 0",
    ] {
        let text = format!(
            "resource \"terraform_data\" \"a\" {{\n  input = {{\n    bad = {expression}\n    good = 1\n  }}\n}}\n"
        );
        let loaded = main_tf(&text);
        let code = match expression {
            "aws_x.missing.id" | "nofunction(1)" => "unknown-name",
            _ => "evaluation",
        };
        assert_eq!(loaded.codes(), [code], "{expression}");
        assert!(
            loaded
                .value("terraform_data.a", "input.bad")
                .as_unknown()
                .is_some()
        );
        assert_eq!(
            loaded.value("terraform_data.a", "input.good").as_int(),
            Some(1),
            "{expression}"
        );
        let place = loaded.inventory.diagnostics[0].span.unwrap();
        assert_eq!(loaded.sources.locate(place).unwrap().1.line, 3);
    }
}

#[test]
fn unknowns_are_unknown_where_terraform_plans_them_unknown() {
    let text = r#"
resource "terraform_data" "u" { input = "x" }
locals { u = terraform_data.u.id }
resource "terraform_data" "a" {
  input = {
    and    = false && local.u == "a"
    or     = local.u == "a" || true
    choice = local.u == "a" ? "x" : "y"
    text   = "arn:${local.u}:z"
    try    = try(local.u, "d")
    can    = can(local.u)
    null   = local.u == null
    known  = "${local.u}-x" == null
    length = length([local.u, 1])
    keys   = keys({ a = local.u })
    set    = length(toset([local.u, "a"]))
    other  = [local.u, 2][1]
    filter = [for x in [1, 2] : x if local.u != "a"]
    key    = { for x in ["a"] : local.u => x }
    index  = ["a", "b"][local.u == "a" ? 0 : 1]
  }
}
"#;
    let loaded = main_tf(text);
    assert!(
        loaded.inventory.diagnostics.is_empty(),
        "{:?}",
        loaded.inventory.diagnostics
    );
    let get = |name: &str| loaded.value("terraform_data.a", &format!("input.{name}"));
    for name in [
        "and", "or", "choice", "text", "try", "can", "set", "filter", "key", "index",
    ] {
        assert!(get(name).as_unknown().is_some(), "{name}");
    }
    for (name, expected) in [
        ("null", "false"),
        ("known", "false"),
        ("length", "2"),
        ("keys", "[\"a\"]"),
        ("other", "2"),
    ] {
        assert_eq!(*get(name), json(expected), "{name}");
    }
    // What Terraform's plan does not say, but is certain.
    assert_eq!(
        get("and").as_unknown().unwrap().alternatives,
        [Node::from(false)]
    );
    assert_eq!(
        get("or").as_unknown().unwrap().alternatives,
        [Node::from(true)]
    );
    assert_eq!(
        get("choice").as_unknown().unwrap().alternatives,
        [Node::from("x"), Node::from("y")]
    );
    assert_eq!(
        get("index").as_unknown().unwrap().alternatives,
        [Node::from("a"), Node::from("b")]
    );
    assert_eq!(get("text").as_unknown().unwrap().template.len(), 3);
    assert_eq!(
        loaded.references("terraform_data.a", "input.text"),
        ["terraform_data.u.id"]
    );
    assert!(get("text").as_unknown().unwrap().set);
}

#[test]
fn attributes_of_resources_are_known_where_they_are_set_and_references_everywhere() {
    let text = r#"
resource "aws_kms_key" "phi" {
  count               = 2
  enable_key_rotation = true
}
data "aws_vpc" "main" {}
resource "aws_db_instance" "a" {
  kms_key_id  = aws_kms_key.phi[1].arn
  rotation    = aws_kms_key.phi[0].enable_key_rotation
  all         = aws_kms_key.phi[*].arn
  by_for      = [for k in aws_kms_key.phi : k.arn]
  vpc         = data.aws_vpc.main.id
  text        = "key ${aws_kms_key.phi[0].arn}"
  whole       = aws_kms_key.phi[0]
}
resource "aws_db_instance" "null" {
  kms_key_id = null
}
resource "aws_x" "r" {
  computed = aws_db_instance.null.kms_key_id
}
"#;
    let loaded = main_tf(text);
    assert!(
        loaded.inventory.diagnostics.is_empty(),
        "{:?}",
        loaded.inventory.diagnostics
    );
    let address = "aws_db_instance.a";
    let key = loaded.unknown(address, "kms_key_id");
    assert!(key.set);
    assert_eq!(key.reasons, ["known after apply: aws_kms_key.phi[1].arn"]);
    assert_eq!(
        loaded.references(address, "kms_key_id"),
        ["aws_kms_key.phi[1].arn"]
    );
    assert_eq!(loaded.value(address, "rotation").as_bool(), Some(true));
    assert_eq!(
        loaded.references(address, "rotation"),
        ["aws_kms_key.phi[0].enable_key_rotation"]
    );
    assert_eq!(
        loaded.references(address, "all.1"),
        ["aws_kms_key.phi[1].arn"]
    );
    assert_eq!(
        loaded.references(address, "by_for.1"),
        ["aws_kms_key.phi[1].arn"]
    );
    assert_eq!(
        loaded.unknown(address, "by_for.1").reasons,
        ["known after apply: aws_kms_key.phi[1].arn"]
    );
    assert_eq!(loaded.references(address, "vpc"), ["data.aws_vpc.main.id"]);
    assert_eq!(
        loaded.references(address, "text"),
        ["aws_kms_key.phi[0].arn"]
    );
    assert_eq!(loaded.references(address, "whole"), ["aws_kms_key.phi[0]."]);
    // Null means "not set": the provider may compute it.
    assert!(loaded.value("aws_db_instance.null", "kms_key_id").is_null());
    assert!(loaded.unknown("aws_x.r", "computed").set);
    assert_eq!(
        loaded.at(&loaded.resource(address).body),
        "7:resource \"aws_db_instance\" \"a\""
    );
    assert_eq!(
        loaded.at(loaded.value(address, "rotation")),
        "9:aws_kms_key.phi[0].enable_key_rotation"
    );
}

#[test]
fn blocks_are_lists_and_dynamic_ones_are_expanded_in_place() {
    let text = r#"
variable "ports" {}
resource "aws_security_group" "s" {
  name = "s"
  ingress {
    port = 1
  }
  dynamic "ingress" {
    for_each = toset(["b", "a"])
    content {
      port = ingress.key
      deep {
        x = ingress.value
      }
    }
  }
  ingress { port = 9 }
  dynamic "egress" {
    for_each = var.ports
    iterator = each_port
    content {
      port = each_port.value.number
      cidr = "0.0.0.0/0"
    }
  }
  dynamic "none" {
    for_each = []
    content {}
  }
  lifecycle { ignore_changes = [tags] }
  provisioner "local-exec" { command = self.id }
}
resource "aws_x" "first" {
  known    = aws_security_group.s.ingress[0].port
  computed = aws_security_group.s.ingress[0].rule_id
  unclear  = aws_security_group.s.egress[0].port
}
"#;
    let loaded = main_tf(text);
    assert!(
        loaded.inventory.diagnostics.is_empty(),
        "{:?}",
        loaded.inventory.diagnostics
    );
    let body = &loaded.resource("aws_security_group.s").body;
    let expected = r#"[{"port": 1}, {"port": "a", "deep": [{"x": "a"}]}, {"port": "b", "deep": [{"x": "b"}]}, {"port": 9}]"#;
    assert_eq!(*body.get("ingress").unwrap(), json(expected));
    assert_eq!(*body.get("none").unwrap(), json("[]"));
    assert_eq!(
        loaded.at(loaded.value("aws_security_group.s", "ingress.0")),
        "5:ingress"
    );
    let many = loaded.unknown("aws_security_group.s", "egress.0");
    assert!(many.many);
    assert_eq!(many.reasons, ["var.ports has no value"]);
    let shape = many.element.as_ref().unwrap();
    assert_eq!(shape.get("cidr").unwrap().as_str(), Some("0.0.0.0/0"));
    assert_eq!(
        shape.get("port").unwrap().as_unknown().unwrap().reasons,
        ["var.ports has no value"]
    );
    assert!(body.get("lifecycle").is_none() && body.get("provisioner").is_none());
    assert_eq!(loaded.value("aws_x.first", "known").as_int(), Some(1));
    assert_eq!(
        loaded.references("aws_x.first", "computed"),
        ["aws_security_group.s.ingress"]
    );
    assert_eq!(
        loaded.unknown("aws_x.first", "computed").reasons,
        ["known after apply: aws_security_group.s.ingress"]
    );
    assert!(
        loaded
            .value("aws_x.first", "unclear")
            .as_unknown()
            .is_some()
    );
}

#[test]
fn instances_have_terraforms_addresses() {
    let text = r#"
variable "create" {}
resource "aws_a" "none" { count = 0 }
resource "aws_a" "two" {
  count = 2
  n = count.index
}
resource "aws_a" "each" {
  for_each = { "a.b" = 1, "q\"$${x}" = 2 }
  k = each.key
  v = each.value
}
resource "aws_a" "maybe" {
  count = var.create ? 1 : 0
  n = count.index
}
resource "aws_a" "any" {
  for_each = var.create
  k = each.key
  v = each.value
}
resource "aws_b" "b" {
  one  = one(aws_a.maybe[*].id)
  zero = aws_a.maybe[0].id
  none = length(aws_a.none)
  each = values(aws_a.each)[*].v
}
"#;
    let loaded = main_tf(text);
    assert!(
        loaded.inventory.diagnostics.is_empty(),
        "{:?}",
        loaded.inventory.diagnostics
    );
    assert_eq!(
        loaded.addresses(),
        [
            "aws_a.any[*]",
            "aws_a.each[\"a.b\"]",
            "aws_a.each[\"q\\\"$${x}\"]",
            "aws_a.maybe[*]",
            "aws_a.two[0]",
            "aws_a.two[1]",
            "aws_b.b",
        ]
    );
    assert!(loaded.resource("aws_a.any[*]").symbolic && !loaded.resource("aws_a.two[0]").symbolic);
    assert_eq!(loaded.value("aws_a.two[1]", "n").as_int(), Some(1));
    assert_eq!(
        loaded.value("aws_a.each[\"q\\\"$${x}\"]", "k").as_str(),
        Some("q\"${x}")
    );
    assert_eq!(
        loaded.unknown("aws_a.any[*]", "k").reasons,
        ["var.create has no value"]
    );
    assert_eq!(loaded.references("aws_b.b", "zero"), ["aws_a.maybe.id"]);
    assert_eq!(loaded.references("aws_b.b", "one"), ["aws_a.maybe.id"]);
    assert_eq!(loaded.value("aws_b.b", "none").as_int(), Some(0));
    assert_eq!(*loaded.value("aws_b.b", "each"), json("[1, 2]"));
}

#[test]
fn modules_are_evaluated_for_each_call() {
    let main = r#"
variable "enc" {
  default = false
}
variable "key" {}
module "db" {
  source    = "./modules/db"
  for_each  = { eu = true, us = false }
  name      = each.key
  encrypted = each.value
  key       = var.key
}
module "plain" {
  source    = "./modules/db"
  name      = "plain"
  encrypted = var.enc
  key       = aws_kms_key.k.arn
}
resource "aws_kms_key" "k" {}
resource "aws_x" "x" {
  out  = module.db["eu"].arn
  all  = { for k, m in module.db : k => m.name }
  name = module.plain.name
}
"#;
    let db = r#"
variable "name" {}
variable "encrypted" { type = bool }
variable "key" {}
variable "size" {
  type    = number
  default = 20
}
resource "aws_db_instance" "this" {
  storage_encrypted = var.encrypted
  kms_key_id        = var.key
  size              = var.size
  dir               = path.module
}
output "arn" { value = aws_db_instance.this.arn }
output "name" { value = upper(var.name) }
"#;
    let loaded = evaluate(&[("main.tf", main), ("modules/db/main.tf", db)]);
    assert!(
        loaded.inventory.diagnostics.is_empty(),
        "{:?}",
        loaded.inventory.diagnostics
    );
    assert_eq!(
        loaded.addresses(),
        [
            "aws_kms_key.k",
            "aws_x.x",
            "module.db[\"eu\"].aws_db_instance.this",
            "module.db[\"us\"].aws_db_instance.this",
            "module.plain.aws_db_instance.this"
        ]
    );
    let eu = "module.db[\"eu\"].aws_db_instance.this";
    assert_eq!(loaded.value(eu, "storage_encrypted").as_bool(), Some(true));
    assert_eq!(loaded.value(eu, "dir").as_str(), Some("modules/db"));
    let shown = loaded.dir.path().join("main.tf").display().to_string();
    assert_eq!(
        loaded.unknown(eu, "kms_key_id").reasons,
        [
            "var.key has no value".to_owned(),
            format!("passed by module.db at {shown}:11")
        ]
    );
    let plain = "module.plain.aws_db_instance.this";
    assert_eq!(
        loaded.references(plain, "kms_key_id"),
        ["aws_kms_key.k.arn"]
    );
    // The place is the argument in the module, the origin what decides.
    let encrypted = loaded.value(plain, "storage_encrypted");
    assert_eq!(loaded.at(encrypted), "10:var.encrypted");
    let origin = encrypted.origin.as_ref().unwrap();
    assert_eq!(&*origin.what, "default of var.enc");
    assert_eq!(loaded.at(&Node::null().at(origin.span.unwrap())), "3:false");
    let size = loaded.value(plain, "size").origin.clone().unwrap();
    assert_eq!(&*size.what, "default of var.size");
    assert_eq!(
        loaded.references("aws_x.x", "out"),
        ["module.db[\"eu\"].aws_db_instance.this.arn"]
    );
    assert_eq!(
        *loaded.value("aws_x.x", "all"),
        json(r#"{"eu": "EU", "us": "US"}"#)
    );
    assert_eq!(loaded.value("aws_x.x", "name").as_str(), Some("PLAIN"));
}

#[test]
fn a_literal_argument_of_a_module_is_the_origin() {
    let loaded = evaluate(&[
        (
            "main.tf",
            "module \"m\" {\n  source = \"./m\"\n  opts = { enc = false }\n}\n",
        ),
        (
            "m/main.tf",
            "variable \"opts\" {}\nresource \"aws_x\" \"x\" {\n  enc = var.opts.enc\n  all = var.opts\n}\n",
        ),
    ]);
    let node = loaded.value("module.m.aws_x.x", "enc");
    assert_eq!(loaded.at(node), "3:var.opts.enc");
    let origin = node.origin.as_ref().unwrap();
    assert_eq!(&*origin.what, "argument of module.m");
    assert_eq!(loaded.at(&Node::null().at(origin.span.unwrap())), "3:false");
    // A member of a value that is passed as a whole points at the argument here too.
    let inner = loaded.value("module.m.aws_x.x", "all.enc");
    assert_eq!(loaded.at(inner), "4:var.opts");
    assert_eq!(
        loaded.at(&Node::null().at(inner.origin.as_ref().unwrap().span.unwrap())),
        "3:false"
    );
}

#[test]
fn modules_that_are_not_there_are_said_and_unknown() {
    let main = r#"
module "vpc" {
  source  = "terraform-aws-modules/vpc/aws"
  kms     = aws_kms_key.k.arn
}
module "gone" { source = "./gone" }
resource "aws_kms_key" "k" {}
resource "aws_x" "x" {
  vpc = module.vpc.id
}
"#;
    let loaded = main_tf(main);
    assert_eq!(loaded.codes(), ["module-unresolved", "module-unresolved"]);
    assert!(
        loaded.inventory.diagnostics[0]
            .remedy
            .as_ref()
            .unwrap()
            .contains("terraform init")
    );
    assert_eq!(
        loaded.unknown("aws_x.x", "vpc").reasons,
        ["module.vpc is not there"]
    );
    assert!(!loaded.unknown("aws_x.x", "vpc").set);
    let unresolved: Vec<&str> = loaded
        .inventory
        .unresolved
        .iter()
        .map(|module| &*module.address)
        .collect();
    assert_eq!(unresolved, ["module.gone", "module.vpc"]);
    assert_eq!(
        &*loaded.inventory.unresolved[1].references[0].address,
        "aws_kms_key.k"
    );
}

#[test]
fn downloaded_modules_are_found_through_modules_json() {
    let loaded = evaluate(&[
        (
            "main.tf",
            "module \"vpc\" {\n  source = \"terraform-aws-modules/vpc/aws\"\n}\n",
        ),
        (
            ".terraform/modules/modules.json",
            r#"{"Modules":[{"Key":"","Source":"","Dir":"."},{"Key":"vpc","Source":"registry.terraform.io/terraform-aws-modules/vpc/aws","Version":"5.0.0","Dir":".terraform/modules/vpc"},{"Key":"vpc.sub","Source":"x/y/z","Dir":".terraform/modules/vpc.sub"}]}"#,
        ),
        (
            ".terraform/modules/vpc/main.tf",
            "resource \"aws_vpc\" \"this\" {}\nmodule \"sub\" {\n  source = \"x/y/z\"\n}\n",
        ),
        (
            ".terraform/modules/vpc.sub/main.tf",
            "resource \"aws_subnet\" \"this\" {}\n",
        ),
    ]);
    assert!(
        loaded.inventory.diagnostics.is_empty(),
        "{:?}",
        loaded.inventory.diagnostics
    );
    assert_eq!(
        loaded.addresses(),
        [
            "module.vpc.aws_vpc.this",
            "module.vpc.module.sub.aws_subnet.this"
        ]
    );
}

#[test]
fn circles_end() {
    let loaded = evaluate(&[
        (
            "main.tf",
            "module \"me\" {\n  source = \"./\"\n}\nresource \"aws_x\" \"x\" {}\n",
        ),
        (
            "a/main.tf",
            "module \"b\" {\n  source = \"../b\"\n}\nresource \"aws_x\" \"a\" {}\n",
        ),
        (
            "b/main.tf",
            "module \"a\" {\n  source = \"../a\"\n}\nresource \"aws_x\" \"b\" {}\n",
        ),
        (
            "c/main.tf",
            "locals {\n  a = local.b\n  b = local.a\n}\nresource \"aws_x\" \"c\" {\n  a = local.a\n  ok = 1\n}\nresource \"aws_y\" \"p\" {\n  v = aws_y.q.v\n}\nresource \"aws_y\" \"q\" {\n  v = aws_y.p.v\n}\n",
        ),
    ]);
    assert_eq!(
        loaded
            .codes()
            .iter()
            .filter(|code| **code == "module-cycle")
            .count(),
        2
    );
    assert!(
        loaded
            .codes()
            .iter()
            .filter(|code| **code == "cycle")
            .count()
            >= 2
    );
    assert_eq!(loaded.value("aws_x.c", "ok").as_int(), Some(1));
    assert!(loaded.value("aws_x.c", "a").as_unknown().is_some());
    // Nothing of the circle a -> b -> a is lost.
    assert!(
        loaded.addresses().contains(&"aws_x.a") && loaded.addresses().contains(&"module.b.aws_x.b")
    );
}

/// As OpenTofu 1.10 plans it, which allows variables and locals in a source.
#[test]
fn a_module_that_is_called_by_an_evaluated_source_is_no_root() {
    let module = "variable \"x\" {}\nresource \"terraform_data\" \"r\" {\n  input = var.x\n}\n";
    let files = [
        (
            "main.tofu",
            "variable \"dir\" {\n  default = \"./m\"\n}\nlocals {\n  sources = { n = \"${var.dir}2\" }\n}\n\
             module \"m\" {\n  source = var.dir\n  x = 1\n}\nmodule \"n\" {\n  source = local.sources[\"n\"]\n  x = 2\n}\n\
             module \"o\" {\n  source = \"${path.module}/m3\"\n  x = 3\n}\n",
        ),
        ("m/main.tf", module),
        ("m2/main.tf", module),
        ("m3/main.tf", module),
    ];
    let loaded = evaluate(&files);
    assert_eq!(
        loaded.addresses(),
        [
            "module.m.terraform_data.r",
            "module.n.terraform_data.r",
            "module.o.terraform_data.r",
        ]
    );
    assert!(loaded.codes().is_empty(), "{:?}", loaded.codes());
    // Another value calls other folders: what nobody calls is a root.
    let assignments = vec![Assignment::Var("dir".into(), "./m2".into())];
    let options = Options {
        assignments,
        ..Options::default()
    };
    let loaded = evaluate_with(&files[..2], &options);
    let roots: Vec<_> = loaded
        .inventory
        .resources
        .iter()
        .map(|resource| (resource.root.ends_with("/m"), &*resource.address))
        .collect();
    assert_eq!(roots, [(true, "terraform_data.r")]);
    // A folder that is called so and applied by itself too.
    let mut more = files.to_vec();
    more.push(("m/terraform.tfvars", "x = 9\n"));
    let loaded = evaluate(&more);
    let of_m = |one: &&Resource| one.root.ends_with("/m");
    assert_eq!(loaded.inventory.resources.iter().filter(of_m).count(), 1);
    assert_eq!(loaded.addresses().len(), 4);
}

/// Two that call each other so are a circle, and the first of them counts.
#[test]
fn of_folders_that_call_each_other_the_first_is_a_root() {
    let calls = |other: &str, call: bool| {
        format!(
            "variable \"dir\" {{\n  default = \"../{other}\"\n}}\nresource \"aws_x\" \"{other}\" {{}}\n{}",
            if call {
                "module \"m\" {\n  source = var.dir\n}\n"
            } else {
                ""
            }
        )
    };
    let (a, b) = (calls("b", true), calls("a", true));
    let loaded = evaluate(&[("a/main.tofu", &a), ("b/main.tofu", &b)]);
    assert_eq!(loaded.addresses(), ["aws_x.b", "module.m.aws_x.a"]);
    let b = calls("a", false);
    let loaded = evaluate(&[("a/main.tofu", &a), ("b/main.tofu", &b)]);
    assert_eq!(loaded.addresses(), ["aws_x.b", "module.m.aws_x.a"]);
}

#[test]
fn roots_are_folders_that_nobody_calls() {
    let loaded = evaluate(&[
        (
            "live/main.tf",
            "module \"m\" {\n  source = \"../modules/m\"\n}\n",
        ),
        (
            "modules/m/main.tf",
            "variable \"x\" {\n  default = 1\n}\nresource \"aws_x\" \"x\" {\n  x = var.x\n}\n",
        ),
        ("other/main.tf", "resource \"aws_x\" \"x\" {}\n"),
        // A test calls what is also applied by itself.
        (
            "test/main.tf",
            "module \"p\" {\n  source = \"../prod\"\n}\nmodule \"s\" {\n  source = \"../staging\"\n}\n",
        ),
        (
            "prod/main.tf",
            "terraform {\n  backend \"s3\" {}\n}\nresource \"aws_x\" \"x\" {}\n",
        ),
        (
            "staging/main.tf",
            "variable \"x\" {\n  default = 1\n}\nresource \"aws_x\" \"x\" {\n  x = var.x\n}\n",
        ),
        ("staging/terraform.tfvars", "x = 2\n"),
    ]);
    let found: Vec<(String, &str)> = loaded
        .inventory
        .resources
        .iter()
        .map(|resource| {
            (
                resource.root.rsplit('/').next().unwrap().to_owned(),
                &*resource.address,
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            ("live".to_owned(), "module.m.aws_x.x"),
            ("other".to_owned(), "aws_x.x"),
            ("prod".to_owned(), "aws_x.x"),
            ("staging".to_owned(), "aws_x.x"),
            ("test".to_owned(), "module.p.aws_x.x"),
            ("test".to_owned(), "module.s.aws_x.x"),
        ]
    );
}

#[test]
fn variables_follow_terraforms_precedence() {
    let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
    let mut main = String::new();
    for name in names {
        writeln!(main, "variable \"{name}\" {{\n  default = \"default\"\n}}").unwrap();
    }
    main.push_str("resource \"aws_x\" \"x\" {\n");
    for name in names {
        writeln!(main, "  {name} = var.{name}").unwrap();
    }
    main.push_str("}\n");
    let values = |names: &str, what: &str| {
        let lines: Vec<String> = names
            .chars()
            .map(|name| format!("{name} = \"{what}\""))
            .collect();
        lines.join("\n")
    };
    let dir = folder(&[
        ("main.tf", &main),
        ("terraform.tfvars", &values("cdefgh", "tfvars")),
        (
            "terraform.tfvars.json",
            r#"{"d": "json", "e": "json", "f": "json", "g": "json", "h": "json"}"#,
        ),
        ("a.auto.tfvars", &values("efgh", "a.auto")),
        (
            "b.auto.tfvars.json",
            r#"{"f": "b.auto", "g": "b.auto", "h": "b.auto"}"#,
        ),
        ("given.tfvars", &values("gh", "file")),
    ]);
    let options = Options {
        assignments: vec![
            Assignment::File(dir.path().join("given.tfvars")),
            Assignment::Var("h".into(), "var".into()),
        ],
        tf_var_env: "bcdefgh"
            .chars()
            .map(|c| (c.to_string(), "env".into()))
            .collect(),
        ..Options::default()
    };
    let sources = Sources::new();
    let inventory = load(&sources, &walk(dir.path()).0, &options);
    assert!(
        inventory.diagnostics.is_empty(),
        "{:?}",
        inventory.diagnostics
    );
    let found: Vec<(&str, &str)> = names
        .iter()
        .map(|name| {
            let node = inventory.resources[0].body.get(name).unwrap();
            (node.as_str().unwrap(), &*node.origin.as_ref().unwrap().what)
        })
        .collect();
    assert_eq!(
        found,
        [
            ("default", "default of var.a"),
            ("env", "TF_VAR_b"),
            ("tfvars", "terraform.tfvars"),
            ("json", "terraform.tfvars.json"),
            ("a.auto", "a.auto.tfvars"),
            ("b.auto", "b.auto.tfvars.json"),
            ("file", "given.tfvars"),
            ("var", "--var h"),
        ]
    );
}

#[test]
fn mistakes_in_the_options_are_the_users_own() {
    let options = Options {
        assignments: vec![
            Assignment::File("/nonexistent/x.tfvars".into()),
            Assignment::Var("none".into(), "1".into()),
            Assignment::Var("l".into(), "[".into()),
        ],
        ..Options::default()
    };
    let files = [(
        "main.tf",
        "variable \"l\" {\n  type = list(string)\n}\nresource \"aws_x\" \"x\" {\n  l = var.l\n}\n",
    )];
    let loaded = evaluate_with(&files, &options);
    assert_eq!(loaded.inventory.diagnostics.len(), 3);
    assert!(
        loaded
            .inventory
            .diagnostics
            .iter()
            .all(|diagnostic| diagnostic.level == Level::Usage)
    );
}

#[test]
fn values_on_the_command_line_are_texts_or_expressions_by_the_variables_type() {
    let options = Options {
        assignments: [
            ("s", "[1]"),
            ("n", "5"),
            ("l", "[\"a\", \"b\"]"),
            ("u", "true"),
        ]
        .map(|(name, value): (&str, &str)| Assignment::Var(name.into(), value.into()))
        .into(),
        ..Options::default()
    };
    let main = r#"
variable "s" { type = string }
variable "n" { type = number }
variable "l" { type = set(string) }
variable "u" {}
resource "aws_x" "x" {
  v = [var.s, var.n, var.l, var.u]
}
"#;
    let loaded = evaluate_with(&[("main.tf", main)], &options);
    assert_eq!(
        *loaded.value("aws_x.x", "v"),
        json(r#"["[1]", 5, ["a", "b"], "true"]"#)
    );
}

#[test]
fn type_constraints_convert_and_fill_in() {
    let main = r#"
variable "o" {
  type = object({
    a = string
    b = optional(number, 5)
    c = optional(list(string))
    d = optional(object({ x = optional(bool, true) }), {})
  })
  default = { a = 1, extra = 2 }
}
variable "l" {
  type    = list(string)
  default = ["x", 1]
}
variable "s" {
  type      = string
  sensitive = true
  default   = "hidden-text"
}
variable "nn" {
  nullable = false
  default  = "d"
}
variable "bad" {
  type    = number
  default = "x"
}
variable "typed" { type = map(object({ size = number })) }
resource "aws_x" "x" {
  o   = var.o
  l   = var.l
  s   = "a-${var.s}"
  in  = { k = [var.s, "plain"] }
  bad = var.bad
  t   = var.typed["k"].size + 1
}
module "m" {
  source = "./m"
  nn     = null
}
"#;
    let module = "variable \"nn\" {\n  nullable = false\n  default = \"d\"\n}\nresource \"aws_x\" \"x\" {\n  nn = var.nn\n}\n";
    let loaded = evaluate(&[("main.tf", main), ("m/main.tf", module)]);
    let address = "aws_x.x";
    assert_eq!(
        *loaded.value(address, "o"),
        json(r#"{"a": "1", "b": 5, "c": null, "d": {"x": true}}"#)
    );
    assert_eq!(*loaded.value(address, "l"), json(r#"["x", "1"]"#));
    assert!(loaded.value(address, "s").sensitive);
    assert!(
        loaded.value(address, "in.k.0").sensitive && !loaded.value(address, "in.k.1").sensitive
    );
    assert_eq!(loaded.codes(), ["evaluation"]);
    assert!(loaded.value(address, "bad").as_unknown().is_some());
    assert!(loaded.value(address, "t").as_unknown().is_some());
    assert_eq!(loaded.value("module.m.aws_x.x", "nn").as_str(), Some("d"));
    // No text of a sensitive value, and none of a wrong one, in what is said.
    assert!(!format!("{:?}", loaded.inventory.diagnostics).contains("hidden-text"));
}

#[test]
fn override_files_are_merged() {
    let loaded = evaluate(&[
        (
            "main.tf",
            "variable \"v\" {\n  default = 1\n}\nlocals {\n  l = 1\n  m = 1\n}\nresource \"aws_x\" \"x\" {\n  a = 1\n  b = var.v\n  c = local.l + local.m\n  rule { n = 1 }\n  rule { n = 2 }\n  other { n = 3 }\n}\n",
        ),
        (
            "a_override.tf",
            "variable \"v\" {\n  default = 2\n}\nlocals {\n  l = 10\n}\nresource \"aws_x\" \"x\" {\n  a = 2\n  rule { n = 9 }\n}\n",
        ),
        ("override.tf", "resource \"aws_x\" \"x\" {\n  a = 3\n}\n"),
    ]);
    assert!(loaded.inventory.diagnostics.is_empty());
    assert_eq!(
        loaded.resource("aws_x.x").body,
        json(r#"{"a": 3, "b": 2, "c": 11, "rule": [{"n": 9}], "other": [{"n": 3}]}"#)
    );
}

#[test]
fn opentofu_files_stand_in_for_terraform_files() {
    let loaded = evaluate(&[
        ("a.tf", "resource \"aws_x\" \"x\" {\n  a = 1\n}\n"),
        ("a.tofu", "resource \"aws_x\" \"x\" {\n  a = 2\n}\n"),
    ]);
    // Terraform reads the other file.
    let codes = loaded.inventory.diagnostics.iter();
    let codes: Vec<_> = codes.map(|told| (told.level, told.code)).collect();
    assert_eq!(codes, [(Level::Note, "opentofu-file")]);
    assert_eq!(loaded.value("aws_x.x", "a").as_int(), Some(2));
}

#[test]
fn json_syntax_is_read_like_native_syntax() {
    let text = r#"{
  "//": "a comment",
  "terraform": {"required_providers": {"aws": {"source": "hashicorp/aws", "version": "~> 5.0"}}},
  "variable": {"enc": {"type": "bool", "default": "true"}, "names": {"type": "list(string)", "default": ["a", "b"]}},
  "locals": {"greeting": "hello ${var.enc}"},
  "provider": {"aws": [{"region": "eu-west-1"}, {"alias": "w", "region": "us-west-2"}]},
  "resource": {
    "aws_db_instance": {
      "db": {
        "//": "another",
        "provider": "aws.w",
        "storage_encrypted": "${var.enc}",
        "for_each": "${toset(var.names)}",
        "name": "x-${each.key}",
        "tags": {"greeting": "${local.greeting}"},
        "dynamic": {"option": {"for_each": [1, 2], "content": {"n": "${option.value}"}}},
        "timeouts": {"create": "1h"},
        "depends_on": ["aws_kms_key.k"]
      }
    },
    "aws_kms_key": {"k": {"rule": [{"n": 1}, {"n": 2}]}}
  },
  "output": {"o": {"value": "${aws_kms_key.k.arn}"}}
}"#;
    let loaded = evaluate(&[("main.tf.json", text)]);
    assert!(
        loaded.inventory.diagnostics.is_empty(),
        "{:?}",
        loaded.inventory.diagnostics
    );
    assert_eq!(
        loaded.resource("aws_db_instance.db[\"b\"]").body,
        json(
            r#"{"storage_encrypted": true, "name": "x-b", "tags": {"greeting": "hello true"}, "option": [{"n": 1}, {"n": 2}], "timeouts": [{"create": "1h"}]}"#
        )
    );
    assert_eq!(
        loaded.resource("aws_kms_key.k").body,
        json(r#"{"rule": [{"n": 1}, {"n": 2}]}"#)
    );
    let id = loaded.resource("aws_kms_key.k").terraform().unwrap();
    assert_eq!(
        (&*id.provider, id.provider_major),
        ("hashicorp/aws", Some(5))
    );
    assert!(loaded.addresses().contains(&"provider.aws.w"));
    assert_eq!(
        loaded.at(loaded.value("aws_db_instance.db[\"b\"]", "storage_encrypted")),
        "12:\"${var.enc}\""
    );
}

#[test]
fn a_broken_file_does_not_hide_its_neighbours() {
    let loaded = evaluate(&[
        ("bad.tf", "resource \"aws_x\" {{\n"),
        ("bad.tf.json", "{\"resource\": "),
        (
            "good.tf",
            "\u{feff}resource \"aws_x\" \"x\" {\n  tags = { a = 1, \"b\" = 2, a = 3, \"b\" = 4 }\n}\n",
        ),
        (
            "twice.tf",
            "resource \"aws_x\" \"x\" {}\nresource \"aws_y\" \"y\" {}\n",
        ),
        ("latin.tf", "x"),
    ]);
    fs::write(loaded.dir.path().join("latin.tf"), b"x = \"\xff\"").unwrap();
    let sources = Sources::new();
    let inventory = load(&sources, &walk(loaded.dir.path()).0, &Options::default());
    let mut codes: Vec<&str> = inventory
        .diagnostics
        .iter()
        .map(|diagnostic| diagnostic.code)
        .collect();
    codes.sort_unstable();
    assert_eq!(
        codes,
        ["duplicate", "hcl-syntax", "json-syntax", "unreadable"]
    );
    let addresses: Vec<&str> = inventory
        .resources
        .iter()
        .map(|resource| &*resource.address)
        .collect();
    assert_eq!(addresses, ["aws_x.x", "aws_y.y"]);
    assert_eq!(
        *inventory.resources[0].body.get("tags").unwrap(),
        json(r#"{"a": 3, "b": 4}"#)
    );
    assert_eq!(loaded.diagnostic("hcl-syntax").level, Level::Error);
}

#[test]
fn providers_and_their_major_versions() {
    let loaded = evaluate(&[
        (
            "main.tf",
            "terraform {\n  required_providers {\n    aws = {\n      source  = \"registry.terraform.io/hashicorp/aws\"\n      version = \">= 4.0\"\n    }\n    gh = {\n      source  = \"integrations/github\"\n      version = \">= 6.0, < 7.0\"\n    }\n  }\n}\nresource \"aws_x\" \"x\" {}\nresource \"github_repo\" \"r\" {\n  provider = gh.main\n}\nresource \"google_x\" \"g\" {}\nresource \"terraform_data\" \"t\" {}\n",
        ),
        (
            ".terraform.lock.hcl",
            "provider \"registry.terraform.io/hashicorp/aws\" {\n  version     = \"6.12.0\"\n  constraints = \">= 4.0.0\"\n  hashes      = []\n}\n",
        ),
    ]);
    assert!(loaded.inventory.diagnostics.is_empty());
    let provider = |address: &str| {
        let id = loaded.resource(address).terraform().unwrap();
        (id.provider.to_string(), id.provider_major)
    };
    assert_eq!(provider("aws_x.x"), ("hashicorp/aws".to_owned(), Some(6)));
    assert_eq!(
        provider("github_repo.r"),
        ("integrations/github".to_owned(), Some(6))
    );
    assert_eq!(
        provider("google_x.g"),
        ("hashicorp/google".to_owned(), None)
    );
    assert_eq!(
        provider("terraform_data.t"),
        ("terraform.io/builtin/terraform".to_owned(), None)
    );
}

#[test]
fn files_are_read_inside_the_checked_tree_only() {
    let outside = folder(&[("secret.txt", "never")]);
    let main = format!(
        "resource \"aws_x\" \"x\" {{\n  a = file(\"${{path.module}}/policy.json\")\n  b = templatefile(\"t.tpl\", {{ names = [\"p\", \"q\"] }})\n  c = file(\"{}/secret.txt\")\n  d = fileset(path.module, \"**/*.tpl\")\n  e = fileexists(\"t.tpl\")\n  f = try(file(\"missing.txt\"), \"none\")\n  g = filemd5(\"policy.json\")\n}}\n",
        outside.path().display()
    );
    let loaded = evaluate(&[
        ("main.tf", &main),
        ("policy.json", "{\"a\": 1}"),
        (
            "t.tpl",
            "hello\n%{ for name in names ~}\n   item ${name}\n%{ endfor ~}\nend",
        ),
        ("deep/er/u.tpl", ""),
    ]);
    assert!(
        loaded.inventory.diagnostics.is_empty(),
        "{:?}",
        loaded.inventory.diagnostics
    );
    let get = |name: &str| loaded.value("aws_x.x", name);
    assert_eq!(get("a").as_str(), Some("{\"a\": 1}"));
    assert_eq!(get("b").as_str(), Some("hello\n   item p\n   item q\nend"));
    assert!(get("c").as_unknown().is_some());
    assert_eq!(*get("d"), json(r#"["deep/er/u.tpl", "t.tpl"]"#));
    assert_eq!(get("e").as_bool(), Some(true));
    assert_eq!(get("f").as_str(), Some("none"));
    assert_eq!(get("g").as_str(), Some("42b7b4f2921788ea14dac5566e6f06d0"));

    // A module may lie elsewhere: what is in its folder belongs to it.
    let dir = folder(&[
        (
            "infra/main.tf",
            "module \"m\" {\n  source = \"../modules/m\"\n}\n",
        ),
        (
            "modules/m/main.tf",
            "resource \"aws_x\" \"x\" {\n  a = file(\"${path.module}/p.json\")\n  b = file(\"${path.module}/../p.json\")\n}\n",
        ),
        ("modules/m/p.json", "1"),
        ("modules/p.json", "2"),
    ]);
    let (files, _) = walk(&dir.path().join("infra"));
    let inventory = load(&Sources::new(), &files, &Options::default());
    let [resource] = inventory.resources.as_slice() else {
        panic!("{:?}", inventory.resources)
    };
    let get = |name: &str| resource.body.get(name).unwrap();
    assert_eq!(get("a").as_str(), Some("1"));
    assert!(get("b").as_unknown().is_some());
}

/// A list that is only mentioned, with something in its elements that is not known: no plan knows it, and it can only be that.
#[test]
fn a_dynamic_block_over_what_can_only_be_one_list_is_that_many_blocks() {
    let loaded = main_tf(
        r#"
        variable "key" {}
        locals {
          given = { rule = { apply = { algorithm = "aws:kms", key = var.key } }, none = [] }
        }
        resource "aws_x" "x" {
          dynamic "rule" {
            for_each = try(flatten([local.given["rule"]]), [])
            content {
              dynamic "apply" {
                for_each = try([rule.value.apply], [])
                content {
                  algorithm = apply.value.algorithm
                  key       = apply.value.key
                }
              }
            }
          }
          dynamic "hidden" {
            for_each = try(flatten([var.key]), [])
            content {}
          }
          dynamic "maybe" {
            for_each = try(flatten([tomap(var.key)]), [])
            content {}
          }
        }
        "#,
    );
    let only = |node: &Node| {
        let unknown = node.as_unknown().unwrap();
        let [only] = unknown.alternatives.as_slice() else {
            panic!("{unknown:?}")
        };
        assert_eq!(only.as_list().unwrap().len(), 1);
        only.as_list().unwrap()[0].clone()
    };
    let rule = only(loaded.value("aws_x.x", "rule"));
    let apply = only(rule.get("apply").unwrap());
    assert_eq!(apply.get("algorithm").unwrap().as_str(), Some("aws:kms"));
    assert!(apply.get("key").unwrap().as_unknown().is_some());
    for open in ["hidden", "maybe"] {
        let blocks = loaded.value("aws_x.x", open).as_list().unwrap();
        assert!(blocks[0].as_unknown().unwrap().many, "{open}");
    }
}

#[test]
fn hostile_configurations_end() {
    let mut locals =
        String::from("locals {\n  t0 = \"xxxxxxxxxxxxxxxx\"\n  l0 = [1, 2]\n  d0 = 1\n  n0 = 10\n");
    for at in 1..60 {
        let before = at - 1;
        writeln!(
            locals,
            "  t{at} = \"${{local.t{before}}}${{local.t{before}}}\""
        )
        .unwrap();
        writeln!(locals, "  l{at} = [local.l{before}, local.l{before}]").unwrap();
        writeln!(locals, "  n{at} = local.n{before} * local.n{before}").unwrap();
    }
    for at in 1..5000 {
        writeln!(locals, "  d{at} = [local.d{}]", at - 1).unwrap();
    }
    locals.push_str("}\n");
    let main = format!(
        "{locals}resource \"aws_x\" \"x\" {{\n  t = local.t59\n  l = local.l59\n  d = local.d4999\n  n = local.n59\n  r = range(1e9)\n  ok = 1\n}}\nresource \"aws_x\" \"many\" {{\n  count = 1e9\n}}\n"
    );
    let loaded = main_tf(&main);
    for name in ["t", "l", "n", "r"] {
        assert!(
            loaded.value("aws_x.x", name).as_unknown().is_some(),
            "{name}"
        );
    }
    assert_eq!(loaded.value("aws_x.x", "ok").as_int(), Some(1));
    assert!(loaded.resource("aws_x.many[*]").symbolic);
    assert!(loaded.codes().contains(&"evaluation-limit"));
}

#[test]
fn long_chains_of_locals_are_followed() {
    let mut main = String::from("locals {\n  d0 = 1\n");
    for at in 1..900 {
        writeln!(main, "  d{at} = local.d{} + 1", at - 1).unwrap();
    }
    main.push_str("}\nresource \"aws_x\" \"x\" {\n  d = local.d899\n}\n");
    let loaded = main_tf(&main);
    assert!(
        loaded.inventory.diagnostics.is_empty(),
        "{:?}",
        loaded.inventory.diagnostics
    );
    assert_eq!(loaded.value("aws_x.x", "d").as_int(), Some(900));
}

#[test]
fn what_is_not_a_resource_does_no_harm() {
    let main = r#"
terraform {
  required_version = ">= 1.0"
  backend "s3" { bucket = "x" }
  cloud { organization = "x" }
}
moved {
  from = aws_x.a
  to   = aws_x.x
}
import {
  to = aws_x.x
  id = "i"
}
removed {
  from = aws_x.gone
  lifecycle { destroy = false }
}
action "aws_lambda_invoke" "a" {
  config { function_name = "f" }
}
check "health" {
  data "http" "x" { url = "https://example.com" }
  assert {
    condition     = data.http.x.status_code == 200
    error_message = "bad"
  }
}
variable "v" {
  default = 1
  validation {
    condition     = var.v > 0
    error_message = "bad"
  }
}
ephemeral "aws_secret" "s" { name = "n" }
resource "aws_x" "x" {
  a = var.v
  s = ephemeral.aws_secret.s.value
  p = provider::aws::arn_parse("arn")
  lifecycle {
    precondition {
      condition     = self.a == 1
      error_message = "bad"
    }
  }
}
"#;
    let loaded = main_tf(main);
    assert!(
        loaded.inventory.diagnostics.is_empty(),
        "{:?}",
        loaded.inventory.diagnostics
    );
    assert_eq!(loaded.addresses(), ["aws_x.x", "ephemeral.aws_secret.s"]);
    assert_eq!(
        loaded.unknown("aws_x.x", "p").reasons,
        ["provider::aws::arn_parse is a function of a provider"]
    );
}
/// What stands beside "not known": the chain of causes, the known parts, the shape of what there may be any number of.
#[test]
fn an_instance_that_may_not_be_there_is_no_certain_answer_of_try() {
    let loaded = main_tf(
        r#"
        variable "b" {}
        resource "aws_k" "k" {
          count = var.b ? 1 : 0
        }
        resource "aws_k" "one" {}
        resource "aws_x" "x" {
          index    = try(aws_k.k[0].arn, null)
          legacy   = try(aws_k.k.0.arn, "")
          whole    = try(aws_k.k[0], { arn = null }).arn
          asked    = can(aws_k.k[0].arn)
          joined   = join("", aws_k.k[*].arn)
          written  = "%{if var.b}${aws_k.k[0].arn}%{endif}"
          upper    = upper(aws_k.one.arn)
          there    = try(aws_k.one.arn, null)
          template = "${aws_k.one.arn}"
        }
        "#,
    );
    let set = |path: &str| loaded.unknown("aws_x.x", path).set;
    for path in ["index", "legacy", "whole", "joined", "written", "upper"] {
        assert!(!set(path), "{path}");
    }
    assert!(loaded.unknown("aws_x.x", "asked").alternatives.is_empty());
    assert!(set("there") && set("template"));
    // What a function makes of a name is another name.
    let verbatim = |path: &str| loaded.unknown("aws_x.x", path).verbatim;
    assert!(verbatim("there") && !verbatim("upper"));
}

#[test]
fn who_asks_first_changes_nothing() {
    let resource = |name: &str| {
        format!("resource \"aws_x\" \"{name}\" {{\n  key = try(local.kid, null)\n}}\n")
    };
    let text = format!(
        "variable \"n\" {{}}\nresource \"aws_k\" \"k\" {{\n  count = var.n\n}}\nlocals {{\n  kid = aws_k.k[0].arn\n}}\n{}{}",
        resource("a"),
        resource("b")
    );
    let loaded = main_tf(&text);
    // Where the local has no value Terraform fails, whatever `try` stands around its mention.
    assert!(loaded.unknown("aws_x.a", "key").set);
    assert!(loaded.unknown("aws_x.b", "key").set);
}

#[test]
fn a_heredoc_without_a_line_swallows_nothing() {
    let loaded = main_tf(
        "resource \"aws_x\" \"a\" {\n  text = <<-EOT\n  EOT\n}\nresource \"aws_x\" \"b\" {\n  list = [<<E\nE\n  , \"y\"]\n}\n\
         /*\n cat <<EOF\n*/\nlocals {\n  a = \"b\" // see <<EOT\n  h = { \"color#1\" = <<EOT\nEOT\n  }\n}\n# see <<EOT\nresource \"aws_x\" \"c\" {\n  text = <<-EOT\n  x = <<E\n  E\n  EOT\n}\n",
    );
    assert!(loaded.inventory.diagnostics.is_empty());
    assert_eq!(loaded.addresses(), ["aws_x.a", "aws_x.b", "aws_x.c"]);
    assert_eq!(*loaded.value("aws_x.a", "text"), json("\"\""));
    assert_eq!(*loaded.value("aws_x.b", "list"), json("[\"\", \"y\"]"));
    assert_eq!(*loaded.value("aws_x.c", "text"), json("\"x = <<E\\nE\\n\""));
    // Texts in texts, a heredoc in a heredoc, lines that only begin with the mark: as `terraform plan` reads them.
    let loaded = main_tf(
        "locals {\n  a = \"${true ? \"${1}/*\" : \"<<E\"}\"\n}\nresource \"aws_x\" \"a\" {\n  text = <<E\nE\n}\n\
         resource \"aws_x\" \"b\" {\n  text = <<A\n$${\" ${<<E\nE\n}\nA\n}\n\
         resource \"aws_x\" \"c\" {\n  text = <<E\nhello E\nE x\n Ex\n  E\n}\n\
         resource \"aws_x\" \"d\" {\n  text = \"${<<E\nE\n}\"\n}\nlocals {\n  E = 1\n  z = <<E\n.\nE\n}\n",
    );
    assert_eq!(
        loaded.addresses(),
        ["aws_x.a", "aws_x.b", "aws_x.c", "aws_x.d"]
    );
    assert_eq!(*loaded.value("aws_x.a", "text"), json("\"\""));
    assert_eq!(*loaded.value("aws_x.b", "text"), json(r#""${\" \n""#));
    assert_eq!(
        *loaded.value("aws_x.c", "text"),
        json(r#""hello E\nE x\n Ex\n""#)
    );
    assert_eq!(*loaded.value("aws_x.d", "text"), json("\"\""));
}

#[test]
fn keys_that_stand_twice_in_json_syntax_are_all_read_or_refused() {
    let loaded = evaluate(&[(
        "main.tf.json",
        r#"{"//": 1, "//": 2,
            "resource": {"aws_x": {"a": {"in": {"port": 22}, "in": {"port": 443}}}, "aws_x": {"b": {}}},
            "resource": [{"aws_x": {"c": {}}}]}"#,
    )]);
    assert!(loaded.inventory.diagnostics.is_empty());
    assert_eq!(loaded.addresses(), ["aws_x.a", "aws_x.b", "aws_x.c"]);
    assert_eq!(*loaded.value("aws_x.a", "in.0.port"), json("22"));
    assert_eq!(*loaded.value("aws_x.a", "in.1.port"), json("443"));
    let loaded = evaluate(&[("main.tf.json", r#"{"locals": {"x": 1, "x": 2}}"#)]);
    assert_eq!(loaded.codes(), ["json-syntax"]);
}

#[test]
fn a_module_that_was_downloaded_for_another_call_is_not_read() {
    let manifest = r#"{"Modules": [
        {"Key": "old", "Source": "registry.terraform.io/org/db/aws", "Version": "1.5.0", "Dir": ".terraform/modules/m"},
        {"Key": "new", "Source": "registry.terraform.io/org/db/aws", "Version": "2.1.0", "Dir": ".terraform/modules/m"},
        {"Key": "other", "Source": "registry.terraform.io/else/db/aws", "Version": "2.1.0", "Dir": ".terraform/modules/m"},
        {"Key": "ref", "Source": "git::https://github.com/org/db.git?ref=v1", "Dir": ".terraform/modules/m"},
        {"Key": "mono", "Source": "git::https://github.com/org/mono.git//modules/x", "Dir": ".terraform/modules/m"},
        {"Key": "git", "Source": "git::ssh://git@github.com/org/db.git//sub?ref=v2", "Dir": ".terraform/modules/m"}]}"#;
    let calls = r#"
        module "old" {
          source  = "org/db/aws"
          version = "~> 2.0"
        }
        module "new" {
          source  = "org/db/aws"
          version = "~> 2.0"
        }
        module "other" {
          source  = "org/db/aws"
        }
        module "ref" {
          source = "github.com/org/db?ref=v2"
        }
        module "mono" {
          source = "github.com/org/mono/modules/x"
        }
        module "git" {
          source = "git@github.com:org/db.git//sub?ref=v2"
        }
        "#;
    let loaded = evaluate(&[
        ("main.tf", calls),
        (".terraform/modules/modules.json", manifest),
        (
            ".terraform/modules/m/main.tf",
            "resource \"aws_x\" \"x\" {}\n",
        ),
    ]);
    assert_eq!(
        loaded.addresses(),
        [
            "module.git.aws_x.x",
            "module.mono.aws_x.x",
            "module.new.aws_x.x"
        ]
    );
    assert_eq!(loaded.codes(), ["module-unresolved"; 3]);
}

#[test]
fn a_file_of_variables_that_cannot_be_read_leaves_them_unknown() {
    let loaded = evaluate(&[
        (
            "main.tf",
            "variable \"v\" {\n  default = true\n}\nresource \"aws_x\" \"x\" {\n  on = var.v\n}\n",
        ),
        ("terraform.tfvars", "v = = false\n"),
    ]);
    assert_eq!(
        loaded.unknown("aws_x.x", "on").reasons,
        ["terraform.tfvars cannot be read"]
    );
}

#[test]
fn what_may_be_one_of_several_is_not_said_to_be_the_last() {
    let loaded = main_tf(
        r#"
        variable "u" {}
        resource "aws_x" "x" {
          chosen  = [for b in [false, true] : b if var.u][0]
          keyed   = { (var.u) = true, off = false }["off"]
          two     = { (var.u) = true, "${var.u}-b" = false }["k"]
          tried   = try([for b in [true] : b if var.u][0], false)
          set     = tolist(toset([false, var.u == "a"]))[0]
        }
        "#,
    );
    let outcomes = |path: &str| {
        let said = loaded.unknown("aws_x.x", path).alternatives.iter();
        said.map(Node::as_bool).collect::<Vec<_>>()
    };
    assert_eq!(outcomes("chosen"), [Some(false), Some(true)]);
    for path in ["keyed", "two", "tried"] {
        assert_eq!(outcomes(path), [Some(true), Some(false)], "{path}");
    }
    assert_eq!(outcomes("set"), [Some(false), None]);
}

#[test]
fn unknowns_say_why_and_what_is_known_all_the_same() {
    let main = r#"
variable "key" { type = string }
variable "zones" { type = set(string) }
variable "many" { type = number }
variable "token" {
  type      = string
  ephemeral = true
  default   = "t"
}
module "outer" {
  source = "./outer"
  key    = var.key
}
resource "aws_a" "each" {
  for_each = var.zones
  zone     = each.value
  fixed    = "x"
}
resource "aws_a" "count" {
  count = var.many
  name  = "n"
}
resource "aws_b" "b" {
  arn    = "arn:aws:kms:::key/${var.key}/suffix"
  list   = ["a", var.key, "c"]
  length = length(["a", var.key])
  keys   = keys({ a = var.key, b = 1 })
  member = { a = var.key, b = 1 }.b
  both   = var.key == "x" ? "a" : "b"
  names  = aws_a.count[*].name
  loop   = [for name in aws_a.count[*].name : upper(name)]
  first  = concat(["first"], aws_a.count[*].name)[0]
  call   = provider::aws::arn_parse(var.key)
  clock  = timestamp()
  token  = var.token
}
"#;
    let outer =
        "variable \"key\" {}\nmodule \"inner\" {\n  source = \"../inner\"\n  key = var.key\n}\n";
    let inner = "variable \"key\" {}\nresource \"aws_c\" \"c\" {\n  key = var.key\n}\n";
    let loaded = evaluate(&[
        ("main.tf", main),
        ("outer/main.tf", outer),
        ("inner/main.tf", inner),
    ]);
    assert_eq!(loaded.codes(), Vec::<&str>::new());
    let reasons = |address: &str, path: &str| loaded.unknown(address, path).reasons.clone();

    let chain = reasons("module.outer.module.inner.aws_c.c", "key");
    assert_eq!(chain[0], "var.key has no value");
    assert!(
        chain[1].starts_with("passed by module.outer at "),
        "{chain:?}"
    );
    assert!(chain[1].ends_with("main.tf:12"), "{chain:?}");
    assert!(
        chain[2].starts_with("passed by module.outer.module.inner at "),
        "{chain:?}"
    );
    assert!(chain[2].ends_with("outer/main.tf:4"), "{chain:?}");

    // One symbolic instance, with what is known of it and the reason for the rest.
    assert_eq!(
        reasons("aws_a.each[*]", "zone")[0],
        "var.zones has no value"
    );
    assert_eq!(*loaded.value("aws_a.each[*]", "fixed"), json("\"x\""));
    assert_eq!(*loaded.value("aws_a.count[*]", "name"), json("\"n\""));

    let arn = loaded.unknown("aws_b.b", "arn");
    let texts: Vec<&str> = arn
        .template
        .iter()
        .filter_map(|part| match part {
            hipaa_iac_source::TemplatePart::Text(text) => Some(&**text),
            hipaa_iac_source::TemplatePart::Hole(_) => None,
        })
        .collect();
    assert_eq!(texts, ["arn:aws:kms:::key/", "/suffix"]);
    assert!(arn.set);

    let Value::List(list) = &loaded.value("aws_b.b", "list").value else {
        panic!("the length of the list is known")
    };
    assert_eq!(
        (&list[0], &list[2], list.len()),
        (&json("\"a\""), &json("\"c\""), 3)
    );
    assert_eq!(*loaded.value("aws_b.b", "length"), json("2"));
    assert_eq!(*loaded.value("aws_b.b", "keys"), json("[\"a\", \"b\"]"));
    assert_eq!(*loaded.value("aws_b.b", "member"), json("1"));
    assert_eq!(
        loaded.unknown("aws_b.b", "both").alternatives,
        [json("\"a\""), json("\"b\"")]
    );
    assert_eq!(
        loaded.unknown("aws_b.b", "names").element.as_deref(),
        Some(&json("\"n\""))
    );
    assert_eq!(
        loaded.unknown("aws_b.b", "loop").element.as_deref(),
        Some(&json("\"N\""))
    );
    // What stands before the elements of unknown number is known by its alternatives.
    assert_eq!(
        loaded.unknown("aws_b.b", "first").alternatives,
        [json("\"first\"")]
    );
    assert_eq!(
        reasons("aws_b.b", "call"),
        ["provider::aws::arn_parse is a function of a provider"]
    );
    assert!(!reasons("aws_b.b", "clock").is_empty());
    assert_eq!(
        reasons("aws_b.b", "token"),
        ["var.token is ephemeral: no plan holds it"]
    );
    assert!(loaded.value("aws_b.b", "token").sensitive);
}

/// Of an attribute of no known type Terraform plans one element where it is marked. Other attributes have the type of a
/// schema that is not here: they may be lists.
#[test]
fn what_may_be_a_list_is_flattened_to_any_number() {
    let text = r#"
resource "terraform_data" "d" { input = "x" }
resource "aws_a" "a" {}
resource "aws_b" "b" {
  one  = flatten([sensitive(terraform_data.d.output), ["z"]])
  many = flatten([sensitive(aws_a.a.names), ["z"]])
}
"#;
    let loaded = main_tf(text);
    assert_eq!(loaded.codes(), Vec::<&str>::new());
    let Value::List(one) = &loaded.value("aws_b.b", "one").value else {
        panic!("Terraform knows its length");
    };
    assert_eq!((one.len(), &one[1]), (2, &json("\"z\"")));
    assert!(matches!(
        loaded.value("aws_b.b", "many").value,
        Value::Unknown(_)
    ));
}

#[test]
fn the_order_of_files_and_blocks_changes_nothing() {
    let a = "resource \"aws_x\" \"x\" {\n  v = local.l\n}\n";
    let b = "locals {\n  l = aws_y.y.v\n}\n";
    let c = "resource \"aws_y\" \"y\" {\n  v = 1\n}\n";
    let one = evaluate(&[("a.tf", a), ("b.tf", b), ("c.tf", c)]);
    let other = evaluate(&[("a.tf", c), ("b.tf", &format!("{b}{a}"))]);
    let bodies = |loaded: &Loaded| -> Vec<(String, Node)> {
        loaded
            .inventory
            .resources
            .iter()
            .map(|r| (r.address.to_string(), r.body.clone()))
            .collect()
    };
    assert_eq!(bodies(&one), bodies(&other));
}

#[test]
fn what_can_turn_out_one_way_only_is_kept_beside_the_unknown() {
    let text = r#"
resource "aws_kms_key" "k" {}
variable "on" { type = bool }
variable "bucket" {}
locals { key = aws_kms_key.k.arn }
resource "aws_x" "x" {
  algorithm = local.key != null ? "aws:kms" : "AES256"
  both      = var.on ? "a" : "b"
  text      = "x-${var.on ? "a" : "b"}"
  dynamic "logging" {
    for_each = var.bucket != null ? [{ target = "t" }] : []
    content {
      target = logging.value.target
      on     = true
    }
  }
}
resource "aws_y" "y" {
  count = local.key == null ? 0 : 1
}
"#;
    let loaded = main_tf(text);
    assert!(
        loaded.inventory.diagnostics.is_empty(),
        "{:?}",
        loaded.inventory.diagnostics
    );
    let alternatives = |path: &str| loaded.unknown("aws_x.x", path).alternatives.clone();
    assert_eq!(alternatives("algorithm"), [Node::from("aws:kms")]);
    assert_eq!(alternatives("both"), [Node::from("a"), Node::from("b")]);
    assert_eq!(alternatives("text"), [Node::from("x-a"), Node::from("x-b")]);
    let logging = loaded.unknown("aws_x.x", "logging.0");
    assert!(logging.many);
    assert_eq!(
        **logging.element.as_ref().unwrap(),
        json(r#"{"target": "t", "on": true}"#)
    );
    assert!(!loaded.resource("aws_y.y[0]").symbolic);
}

/// What mutations are made of: the words on which the language turns.
const WORDS: [&str; 28] = [
    "${",
    "%{ if",
    "%{ for x in",
    "~}",
    "}",
    "{",
    "[",
    "]",
    "(",
    ")",
    "...",
    "[*]",
    ".*",
    "null",
    "each.key",
    "count.index",
    "for x in",
    "=>",
    "?",
    "\"",
    "<<-EOT\n",
    "local.",
    "var.",
    "dynamic",
    "999999999999999999999",
    "1e308",
    "\u{e9}",
    "\\",
];

const SEED: &str = r#"
variable "v" {
  type    = object({ a = string, b = optional(list(number), [1]) })
  default = { a = "x" }
}
locals {
  l = { for k, v in { a = 1, b = 2 } : k => v + 1 if v > 0 }
  t = "a ${var.v.a} %{ if local.l.a == 2 ~} b %{ endif }"
}
module "m" {
  source   = "./m"
  for_each = toset(["a"])
  in       = try(local.l[each.key], 1)
}
resource "aws_x" "x" {
  count = length(local.l)
  name  = "${local.t}-${count.index}"
  text  = <<-EOT
    one ${join(",", keys(local.l))}
      two
  EOT
  dynamic "b" {
    for_each = var.v.b
    content {
      n = b.value
    }
  }
  all = [module.m["a"].out, aws_y.y[*].id, cidrsubnet("10.0.0.0/8", 8, 1)]
}
resource "aws_y" "y" {
  input = aws_x.x[0].name
}
"#;

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 300, ..Default::default() })]

    #[test]
    fn no_text_brings_the_evaluator_down(
        edits in proptest::collection::vec((0..SEED.len(), 0..WORDS.len(), 0..12_usize), 1..6),
    ) {
        let mut text = SEED.to_owned();
        for (at, word, cut) in edits {
            let floor = |mut at: usize| {
                while !text.is_char_boundary(at) {
                    at -= 1;
                }
                at
            };
            let (start, end) = (floor(at.min(text.len())), floor((at + cut).min(text.len())));
            text.replace_range(start..end, WORDS[word]);
        }
        let module = "variable \"in\" {}\noutput \"out\" {\n  value = var.in\n}\n";
        let loaded = evaluate(&[("main.tf", &text), ("m/main.tf", module)]);
        // A file that is not read is said so, and one that is read is judged.
        proptest::prop_assert!(!loaded.inventory.resources.is_empty() || !loaded.inventory.diagnostics.is_empty());
    }
}

#[test]
fn a_required_provider_without_a_block_is_in_use() {
    let dir = folder(&[(
        "main.tf",
        "terraform {\n  required_providers {\n    datadog = {\n      source  = \"DataDog/datadog\"\n      version = \"~> 3.0\"\n    }\n    aws = { source = \"hashicorp/aws\" }\n  }\n}\nprovider \"aws\" {}\n",
    )]);
    let sources = Sources::new();
    let inventory = load(&sources, &walk(dir.path()).0, &Options::default());
    let found: Vec<_> = inventory
        .resources
        .iter()
        .map(|resource| {
            let line = sources.locate(resource.span.unwrap()).unwrap().1.line;
            (
                &*resource.address,
                line,
                resource.terraform().unwrap().provider_major,
            )
        })
        .collect();
    assert_eq!(
        found,
        [("provider.aws", 10, None), ("provider.datadog", 3, Some(3))]
    );
}

#[test]
fn modules_that_double_at_every_level_are_cut_off() {
    let main = "module \"a\" {\n  source = \"./m0\"\n}\nresource \"aws_x\" \"beside\" {}\n";
    let mut files = vec![("main.tf".to_owned(), main.to_owned())];
    for level in 0..30 {
        let call = |name| {
            format!(
                "module \"{name}\" {{\n  source = \"../m{}\"\n}}\n",
                level + 1
            )
        };
        files.push((format!("m{level}/main.tf"), call("a") + &call("b")));
    }
    files.push((
        "m30/main.tf".to_owned(),
        "resource \"aws_x\" \"x\" {}\n".to_owned(),
    ));
    let files: Vec<_> = files
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    let loaded = evaluate(&files);
    assert!(loaded.codes().contains(&"evaluation-limit"));
    let found = loaded.inventory.resources.len();
    assert!((1..=10_001).contains(&found), "{found}");
    loaded.resource("aws_x.beside");
}

#[test]
fn holes_that_double_are_forgotten_in_time() {
    use std::fmt::Write as _;
    let mut locals = String::from("variable \"v\" {}\nlocals {\n  l0 = var.v\n");
    for at in 1..40 {
        let _ = writeln!(
            locals,
            "  l{at} = \"${{local.l{0}}}${{local.l{0}}}\"",
            at - 1
        );
    }
    let loaded = main_tf(&format!(
        "{locals}}}\nresource \"aws_x\" \"x\" {{\n  few = local.l4\n  many = local.l39\n}}\n"
    ));
    let parts = |name| {
        loaded
            .value("aws_x.x", name)
            .as_unknown()
            .unwrap()
            .template
            .len()
    };
    assert_eq!(parts("few"), 16);
    assert!(parts("many") <= 10_000);
}

/// What reads the values recurses: splats of what is not known count as nesting.
#[test]
fn elements_of_unknown_collections_are_nested_no_deeper_than_values() {
    fn depth(node: &Node) -> usize {
        let element = node
            .as_unknown()
            .and_then(|unknown| unknown.element.as_deref());
        element.map_or(0, |element| 1 + depth(element))
    }
    let variable = "variable \"v\" {}\n";
    for expression in ["[*]".repeat(200_000), ".*".repeat(3000), "[*]".repeat(128)] {
        let loaded = main_tf(&format!(
            "{variable}resource \"aws_x\" \"x\" {{\n  a = var.v{expression}\n}}\n"
        ));
        assert!(depth(loaded.value("aws_x.x", "a")) <= 128);
    }
    let keys = "{ (var.v) = ".repeat(500) + "1" + &" }".repeat(500);
    let loaded = main_tf(&format!(
        "{variable}resource \"aws_x\" \"x\" {{\n  a = {keys}\n}}\n"
    ));
    for resource in &loaded.inventory.resources {
        assert!(resource.body.get("a").map_or(0, depth) <= 128);
    }
}

#[test]
fn instances_are_not_made_of_secrets() {
    for each in ["toset([var.s])", "{ (var.s) = 1 }", "sensitive({ a = 1 })"] {
        let loaded = main_tf(&format!(
            "variable \"s\" {{\n  default = \"S3CR-hunter2\"\n  sensitive = true\n}}\n\
             resource \"aws_x\" \"x\" {{\n  for_each = {each}\n  a = each.key\n}}\n"
        ));
        assert_eq!(loaded.codes(), ["evaluation"], "{each}");
        assert_eq!(loaded.addresses(), ["aws_x.x[*]"], "{each}");
        assert!(!format!("{:?}", loaded.inventory.diagnostics).contains("S3CR"));
    }
    // The keys are no secret where only a value is.
    let loaded = main_tf(
        "resource \"aws_x\" \"x\" {\n  for_each = { a = sensitive(1) }\n  a = each.value\n}\n",
    );
    assert_eq!(loaded.addresses(), ["aws_x.x[\"a\"]"]);
}

#[test]
fn paths_and_keys_that_are_secrets_are_not_quoted() {
    let calls = [
        "file(var.s)",
        "filemd5(var.s)",
        "fileexists(\"/${var.s}\")",
        "templatefile(var.s, {})",
        "templatestring(\"${var.s}%%{\", {})",
        "templatestring(\"$${${replace(var.s, \"-\", \"_\")}}\", {})",
        "templatestring(\"$${${replace(var.s, \"-\", \"_\")}(1)}\", {})",
        "templatestring(\"$${v.${replace(var.s, \"-\", \"_\")}}\", { v = {} })",
        "regex(\"[${var.s}\", \"x\")",
        "replace(\"x\", \"/[${var.s}/\", \"\")",
        "tonumber(var.s)",
        "tobool(var.s)",
        "tolist(var.s)",
        "timeadd(var.s, \"1h\")",
        "timecmp(var.s, var.s)",
        "formatdate(\"YYYY ${var.s}\", \"2020-01-01T00:00:00Z\")",
        "yamldecode(\"{${var.s}: [\")",
        "yamldecode(\"!${var.s} x\")",
        "jsondecode(var.s)",
        "csvdecode(\"a,a\\n${var.s}\")",
        "base64decode(var.s)",
        "urldecode(\"%${var.s}\")",
        "textencodebase64(\"x\", var.s)",
        "parseint(var.s, 10)",
        "cidrhost(var.s, 1)",
        "cidrsubnets(var.s, 1)",
        "format(\"%z${var.s}\", 1)",
        "format(var.s, 1)",
        "index([\"a\"], var.s)",
        "element([\"a\"], var.s)",
        "lookup({}, var.s)",
        "merge(var.s)",
        "range(var.s)",
        "sum([var.s])",
        "one([var.s, var.s])",
        "var.s[0]",
        "var.s.name",
        "-var.s",
        "!var.s",
        "var.s ? 1 : 2",
        "[for x in var.s : x]",
        "{ for x in [var.s, var.s] : x => 1 }",
        "aws_y.y[*][var.s]",
        "fileset(\"../../${var.s}\", \"*\")",
        "aws_y.y[var.s]",
        "{ a = 1 }[var.s]",
        "var.unset[var.s]",
    ];
    for call in calls {
        let loaded = main_tf(&format!(
            "variable \"unset\" {{}}\nvariable \"s\" {{\n  default = \"S3CR-hunter2\"\n  sensitive = true\n}}\n\
             resource \"aws_y\" \"y\" {{}}\nresource \"aws_x\" \"x\" {{\n  a = {call}\n}}\n"
        ));
        let inventory = &loaded.inventory;
        let body = &inventory
            .resources
            .iter()
            .find(|found| &*found.address == "aws_x.x")
            .unwrap()
            .body;
        let reasons: Vec<_> = body
            .get("a")
            .and_then(Node::as_unknown)
            .map(|unknown| unknown.reasons.clone())
            .unwrap_or_default();
        let told = format!(
            "{:?} {reasons:?} {:?}",
            inventory.diagnostics,
            body.get("a").and_then(|a| a.origin.clone())
        );
        for marker in ["S3CR", "hunter2"] {
            assert!(!told.contains(marker), "{call}: {told}");
        }
    }
}

/// Plain data, as variable files hold it.
fn data() -> impl proptest::strategy::Strategy<Value = serde_json::Value> {
    use proptest::prelude::*;
    use serde_json::json;
    let leaf = prop_oneof![
        any::<bool>().prop_map(|value| json!(value)),
        any::<i32>().prop_map(|value| json!(value)),
        "[ -~\n\té]{0,12}".prop_map(|value| json!(value)),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(serde_json::Value::from),
            prop::collection::btree_map("[a-z_ -]{1,6}", inner, 0..4).prop_map(|members| members
                .into_iter()
                .collect::<serde_json::Map<_, _>>()
                .into()),
        ]
    })
}

proptest::proptest! {
    /// `hcl-rs` writes it, and reads it back by its own evaluator: a second opinion on literals, escapes and nesting.
    #[test]
    fn plain_data_is_read_as_hcl_rs_reads_it(value in data()) {
        let text = hcl::to_string(&serde_json::json!({ "v": value })).unwrap();
        let read: serde_json::Value = hcl::from_str(&text).unwrap();
        proptest::prop_assert_eq!(&read["v"], &value);
        let options = Options::default();
        let files = [
            ("main.tf", "variable \"v\" {}\nresource \"terraform_data\" \"a\" {\n  input = var.v\n}\n"),
            ("terraform.tfvars", text.as_str()),
        ];
        let loaded = evaluate_with(&files, &options);
        proptest::prop_assert!(loaded.inventory.diagnostics.is_empty(), "{:?}", loaded.inventory.diagnostics);
        proptest::prop_assert_eq!(loaded.value("terraform_data.a", "input"), &Node::from(&value));
    }
}

#[cfg(unix)]
#[test]
fn files_behind_links_are_found_and_what_leads_out_of_the_tree_is_not_known() {
    let text = |pattern: &str, name: &str| {
        format!(
            "resource \"terraform_data\" \"{name}\" {{\n  input = fileset(\"a\", \"{pattern}\")\n}}\n"
        )
    };
    let home = "resource \"terraform_data\" \"home\" {\n  input = [try(file(\"~/x\"), \"no\"), fileexists(\"~/x\"), fileset(\"~\", \"*\")]\n}\n";
    let main = [
        &text("**/*.json", "all"),
        &text("link/*", "linked"),
        &text("*.txt", "out"),
        &text("../../*", "above"),
        home,
    ]
    .map(str::to_owned)
    .concat();
    let dir = folder(&[("main.tf", &main), ("a/1.json", ""), ("other/o.json", "")]);
    let link =
        |to: &str, name: &str| std::os::unix::fs::symlink(to, dir.path().join(name)).unwrap();
    link("../other", "a/link");
    link("../other/o.json", "a/l.json");
    link("nowhere", "a/dead.json");
    link("/etc/hostname", "a/out.txt");
    let sources = Sources::new();
    let (entries, _) = walk(dir.path());
    let loaded = Loaded {
        inventory: load(&sources, &entries, &Options::default()),
        sources,
        dir,
    };
    let value = |name: &str| {
        loaded
            .value(&format!("terraform_data.{name}"), "input")
            .clone()
    };
    // As Terraform 1.11.4 finds them.
    assert_eq!(value("all"), json(r#"["1.json", "l.json", "link/o.json"]"#));
    assert_eq!(value("linked"), json(r#"["link/o.json"]"#));
    assert!(value("out").as_unknown().is_some());
    assert!(value("above").as_unknown().is_some());
    let home = value("home");
    assert!(
        home.as_list()
            .unwrap()
            .iter()
            .all(|part| part.as_unknown().is_some()),
        "{home:?}"
    );
}

/// `size = "7"` is a number where the schema says so, which only the provider knows.
#[test]
fn a_number_and_its_text_may_be_equal_once_a_schema_converted_them() {
    let loaded = main_tf(
        r#"
resource "aws_db_instance" "a" {
  backup_retention_period = "7"
  multi_az                = "true"
  identifier              = 5
  tags                    = { b = 2 }
  zones                   = ["b", "a"]
  timeouts {
    create = "1h"
    delete = 8
  }
}
locals {
  a = aws_db_instance.a
}
resource "terraform_data" "a" {
  input = {
    inside   = aws_db_instance.a.timeouts[0].delete == "8"
    each     = [for t in aws_db_instance.a.timeouts : t.delete == "8"][0]
    local    = local.a.timeouts[0].delete != "8"
    contains = contains(aws_db_instance.a.timeouts[*].delete, "8")
    index    = index([aws_db_instance.a.multi_az], true)
    set      = aws_db_instance.a.zones == toset(["a", "b"])
    whole    = local.a.tags == tomap({ b = "2" })
    without  = contains(aws_db_instance.a.zones, "c")
    with     = contains(aws_db_instance.a.zones, "a")
    number = aws_db_instance.a.backup_retention_period == 7
    bool   = aws_db_instance.a.multi_az != true
    text   = aws_db_instance.a.identifier == "5"
    member = aws_db_instance.a.tags["b"] == "2"
    same   = aws_db_instance.a.backup_retention_period == "7"
    five   = aws_db_instance.a.identifier == 5
    other  = aws_db_instance.a.backup_retention_period == 8
    block  = aws_db_instance.a.timeouts.create
    list   = aws_db_instance.a.timeouts[0].create
  }
}
resource "aws_db_instance" "b" {
  count = aws_db_instance.a.multi_az == true ? 1 : 0
}
"#,
    );
    let value = |name: &str| {
        loaded
            .value("terraform_data.a", &format!("input.{name}"))
            .clone()
    };
    for name in [
        "number", "bool", "text", "member", "same", "five", "inside", "each", "local", "contains",
        "index", "set", "whole",
    ] {
        assert!(value(name).as_unknown().is_some(), "{name}");
    }
    assert_eq!(value("other"), json("false"));
    assert_eq!(value("without"), json("false"));
    assert_eq!(value("with"), json("true"));
    assert_eq!(
        (value("block"), value("list")),
        (json("\"1h\""), json("\"1h\""))
    );
    assert!(loaded.addresses().contains(&"aws_db_instance.b[*]"));
}

/// A set has no order and holds each value once; JSON shows what is a number and what a text.
#[test]
fn what_is_made_of_the_form_of_an_argument_is_not_known_where_a_schema_gives_it() {
    let loaded = main_tf(
        r#"
resource "aws_db_instance" "a" {
  port    = "5432"
  name    = "records"
  zones   = ["b", "a"]
  doubled = ["a", "a"]
  alone   = ["a"]
  timeouts {
    create = "1h"
    delete = "2h"
  }
}
resource "aws_kms_key" "k" {
  count = 2
}
locals {
  zones = [for zone in aws_db_instance.a.zones : "zone-${zone}"]
}
resource "terraform_data" "open" {
  input = {
    joined  = join(",", aws_db_instance.a.zones)
    local   = join(",", local.zones)
    looped  = "%{ for zone in aws_db_instance.a.zones }${zone},%{ endfor }"
    first   = tolist(aws_db_instance.a.zones)[0]
    sorted  = sort(aws_db_instance.a.doubled)
    length  = length(aws_db_instance.a.doubled)
    block   = length(aws_db_instance.a.timeouts)
    number  = jsonencode(aws_db_instance.a.port)
    list    = jsonencode({ zones = aws_db_instance.a.zones })
    yaml    = yamlencode({ port = aws_db_instance.a.port })
    shown   = format("%#v", aws_db_instance.a.port)
    json    = jsonencode({ port = aws_db_instance.a.port, name = aws_db_instance.a.name })
  }
}
resource "terraform_data" "known" {
  input = {
    length = length(aws_db_instance.a.zones)
    some   = length(aws_db_instance.a.doubled) > 0
    sorted = sort(aws_db_instance.a.zones)
    joined = join(",", aws_db_instance.a.alone)
    looped = "%{ for zone in aws_db_instance.a.alone }${zone}%{ endfor }"
    shown  = format("%v", aws_db_instance.a.port)
    json   = jsonencode({ name = aws_db_instance.a.name, own = [2, 1, 1] })
    keys   = length(aws_kms_key.k[*].arn)
  }
}
"#,
    );
    let open = loaded
        .value("terraform_data.open", "input")
        .as_map()
        .unwrap();
    assert_eq!(open.len(), 12);
    for (name, value) in open {
        let unknown = value.as_unknown();
        let unknown = unknown.unwrap_or_else(|| panic!("{name} is known: {value:?}"));
        let reason = "the provider's schema may convert what it is made of";
        assert!(unknown.reasons.iter().any(|one| one == reason), "{name}");
    }
    // What is certain stays.
    let document = open["json"].as_unknown().unwrap().json.as_deref().unwrap();
    assert_eq!(document.get("name"), Some(&json("\"records\"")));
    let port = &document
        .get("port")
        .unwrap()
        .as_unknown()
        .unwrap()
        .alternatives;
    assert_eq!(*port, [json("\"5432\""), json("5432")]);
    assert_eq!(
        *loaded.value("terraform_data.known", "input"),
        json(
            r#"{"length": 2, "some": true, "sorted": ["a", "b"], "joined": "a", "looped": "a", "shown": "5432",
                "json": "{\"name\":\"records\",\"own\":[2,1,1]}", "keys": 2}"#
        )
    );
}

#[test]
fn what_is_nested_deeper_than_the_parser_reads_is_told_as_such() {
    let deep = format!(
        "locals {{\n  a = {}1{}\n}}\n",
        "(".repeat(100),
        ")".repeat(100)
    );
    let long = format!("locals {{\n  a = 1{}\n}}\n", " + 1".repeat(150));
    for text in [deep, long] {
        let loaded = main_tf(&text);
        assert_eq!(loaded.codes(), ["hcl-syntax"]);
        let told = format!("{:?}", loaded.inventory.diagnostics);
        assert!(told.contains("Terraform may take it"), "{told}");
    }
}

/// Expected values are those of `md5sum`, `sha1sum`, `sha256sum` and `terraform plan`.
#[test]
fn digests_are_those_of_the_bytes_of_a_file() {
    let functions = [
        ("filebase64", "UEsDBP/+AIA="),
        ("filemd5", "bbbed7bbca05273ca5334f6ff94a45ac"),
        ("filesha1", "0a2df1f126a35d40ceaef42012787d25944250c5"),
        (
            "filesha256",
            "f54e781891f54871b23e9d4e82efd0f072e3104ed4ecfbc5c07080976bbdff35",
        ),
        (
            "filesha512",
            "ee6e409fd07b4b4172949e42050c7f559a08f43614a20ae6f75d3356c3d8102d825a4f486b1065583b9871d1062e7b392845e737addbaddf48097c66afea06ab",
        ),
        (
            "filebase64sha256",
            "9U54GJH1SHGyPp1Ogu/Q8HLjEE7U7PvFwHCAl2u9/zU=",
        ),
        (
            "filebase64sha512",
            "7m5An9B7S0FylJ5CBQx/VZoI9DYUogrm910zVsPYEC2CWk9IaxBlWDuYcdEGLns5KEXnN63brd9ICXxmr+oGqw==",
        ),
        ("file", "no text"),
    ];
    let mut text = "resource \"aws_x\" \"x\" {\n".to_owned();
    for (name, _) in functions {
        let _ = writeln!(text, "  {name} = try({name}(\"lambda.zip\"), \"no text\")");
    }
    let dir = folder(&[("main.tf", &format!("{text}}}\n"))]);
    fs::write(dir.path().join("lambda.zip"), b"PK\x03\x04\xff\xfe\x00\x80").unwrap();
    let (entries, _) = walk(&dir.path().join("main.tf"));
    let inventory = load(&Sources::new(), &entries, &Options::default());
    for (name, expected) in functions {
        let value = inventory.resources[0].body.get(name);
        assert_eq!(value.and_then(Node::as_str), Some(expected), "{name}");
    }
}

/// What Terraform 1.11.4 plans.
#[test]
fn lengths_of_what_is_not_known_have_bounds() {
    for (expression, expected) in [
        (
            "length(terraform_data.u.id == \"x\" ? tolist([\"a\"]) : tolist([\"b\", \"c\"])) > 0",
            "true",
        ),
        (
            "length(terraform_data.u.id == \"x\" ? tolist([\"a\"]) : tolist([\"b\", \"c\"])) > 1",
            "unknown",
        ),
        (
            "length(terraform_data.u.id == \"x\" ? tolist([\"a\"]) : tolist([\"b\", \"c\"])) == 3",
            "false",
        ),
        (
            "length(terraform_data.u.id == \"x\" ? tolist([\"a\"]) : tolist([\"b\", \"c\"])) == 1",
            "unknown",
        ),
        (
            "length(terraform_data.u.id == \"x\" ? tolist([\"a\"]) : tolist([])) >= 0",
            "unknown",
        ),
        (
            "length(terraform_data.u.id == \"x\" ? toset([\"a\"]) : toset([\"b\", \"c\"])) > 0",
            "true",
        ),
        (
            "length(terraform_data.u.id == \"x\" ? toset([\"a\", \"b\"]) : toset([\"c\", \"d\"]))",
            "2",
        ),
        (
            "length(terraform_data.u.id == \"x\" ? toset([terraform_data.u.id, \"a\"]) : toset([\"b\", \"c\", \"d\"])) > 0",
            "unknown",
        ),
        (
            "length(terraform_data.u.id == \"x\" ? tolist([terraform_data.u.id]) : tolist([\"b\", \"c\", \"d\"])) > 0",
            "true",
        ),
        (
            "length(terraform_data.u.id == \"x\" ? tomap({ a = 1 }) : tomap({ b = 1, c = 2 })) != 0",
            "true",
        ),
        (
            "length(terraform_data.u.id == \"x\" ? tomap({ a = 1 }) : tomap({ b = 1 }))",
            "1",
        ),
        (
            "length(terraform_data.u.id == \"x\" ? tomap({ a = sensitive(1) }) : tomap({ b = 1 }))",
            "1",
        ),
        (
            "length(terraform_data.u.id == \"x\" ? { a = 1 } : tomap({ b = 1, c = 2 })) > 0",
            "unknown",
        ),
        (
            "length(terraform_data.u.id == \"x\" ? tolist([1]) : tolist([\"b\", \"c\", \"d\"])) > 0",
            "unknown",
        ),
        (
            "length(terraform_data.u.id == \"x\" ? null : tolist([\"b\", \"c\", \"d\"])) > 0",
            "unknown",
        ),
        (
            "length(terraform_data.u.id == \"x\" ? tolist([\"a\"]) : terraform_data.u.output) > 0",
            "unknown",
        ),
        (
            "length(terraform_data.u.id == \"x\" ? (terraform_data.u.id == \"y\" ? tolist([\"a\"]) : tolist([\"a\", \"b\"])) : tolist([\"b\", \"c\", \"d\"])) == 4",
            "false",
        ),
        (
            "length(tolist(terraform_data.u.id == \"x\" ? toset([\"a\"]) : toset([\"b\", \"c\", \"d\"]))) > 0",
            "unknown",
        ),
        (
            "length(toset(terraform_data.u.id == \"x\" ? tolist([\"a\", \"a\"]) : tolist([\"b\", \"c\", \"d\"]))) > 1",
            "unknown",
        ),
        (
            "length(sort(terraform_data.u.id == \"x\" ? toset([\"a\", \"b\"]) : toset([\"b\", \"c\", \"d\"]))) > 1",
            "true",
        ),
        (
            "length(sort(terraform_data.u.id == \"x\" ? tolist([1]) : tolist([2, 3]))) > 0",
            "true",
        ),
        (
            "length(distinct(terraform_data.u.id == \"x\" ? tolist([\"a\"]) : tolist([\"b\", \"c\"]))) > 0",
            "unknown",
        ),
        (
            "(terraform_data.u.id == \"x\" ? tomap({ a = 1 }) : tomap({ b = 1 })) == tomap({ a = 1, c = 1 })",
            "false",
        ),
        (
            "(terraform_data.u.id == \"x\" ? tolist([\"a\"]) : tolist([\"b\", \"c\"])) == tolist([terraform_data.u.id, \"a\", \"b\"])",
            "false",
        ),
        (
            "(terraform_data.u.id == \"x\" ? tolist([\"a\"]) : tolist([\"b\", \"c\"])) == tolist([\"a\"])",
            "unknown",
        ),
        (
            "(terraform_data.u.id == \"x\" ? toset([\"a\"]) : toset([\"b\", \"c\"])) == toset([terraform_data.u.id, \"a\", \"b\"])",
            "unknown",
        ),
        (
            "(terraform_data.u.id == \"x\" ? tolist([\"a\"]) : tolist([\"b\", \"c\"])) == (terraform_data.u.id == \"x\" ? tolist([\"a\", \"b\", \"c\"]) : tolist([\"b\", \"c\", \"d\", \"e\"]))",
            "unknown",
        ),
        ("length(\"ab${terraform_data.u.id}\") == 0", "false"),
        ("length(\"ab${terraform_data.u.id}\") > 1", "unknown"),
        ("length(\"ab:${terraform_data.u.id}\") == 2", "false"),
        ("length(\"ab:${terraform_data.u.id}\") < 3", "unknown"),
        ("length(\"é${terraform_data.u.id}\") < 1", "unknown"),
        ("length(\"aaaaaaaa${terraform_data.u.id}\") < 5", "false"),
        ("length(\"${terraform_data.u.id}ab\") == 0", "unknown"),
        ("length(jsonencode([terraform_data.u.id])) == 0", "false"),
        (
            "[for x in [1, 2] : x if length(terraform_data.u.id == \"x\" ? tolist([\"a\"]) : tolist([\"b\", \"c\"])) > 0]",
            "[1, 2]",
        ),
    ] {
        let loaded = main_tf(&format!(
            "resource \"terraform_data\" \"u\" {{\n  input = tolist([\"a\"])\n}}\nresource \"terraform_data\" \"a\" {{\n  input = {expression}\n}}\n"
        ));
        assert_eq!(loaded.codes(), [""; 0], "{expression}");
        let value = loaded.value("terraform_data.a", "input");
        match expected {
            "unknown" => assert!(value.as_unknown().is_some(), "{expression}: {value:?}"),
            expected => assert_eq!(*value, json(expected), "{expression}"),
        }
    }
}

#[test]
fn a_workspace_that_nobody_names_is_told() {
    let text = "resource \"aws_x\" \"x\" {\n  a = terraform.workspace\n  b = \"${terraform.workspace}-x\"\n}\n";
    let told = |selected: &[(&str, &str)], named: Option<&str>| {
        let files = [&[("main.tf", text)], selected].concat();
        let options = Options {
            workspace: named.map(str::to_owned),
            ..Options::default()
        };
        let loaded = evaluate_with(&files, &options);
        let diagnostics = loaded.inventory.diagnostics.iter();
        let told: Vec<_> = diagnostics
            .map(|told| (told.level, told.message.contains("\"prod\" is selected")))
            .collect();
        let name = loaded.value("aws_x.x", "a").as_str().unwrap().to_owned();
        (name, told)
    };
    let selected = [(".terraform/environment", "prod\n")];
    let default = "default".to_owned();
    assert_eq!(
        told(&[], None),
        (default.clone(), vec![(Level::Note, false)])
    );
    assert_eq!(
        told(&selected, None),
        (default, vec![(Level::Warning, true)])
    );
    assert_eq!(told(&selected, Some("stage")), ("stage".to_owned(), vec![]));
}
