//! Terraform: mutated fixtures and examples, generated expressions in native and JSON syntax.

use std::sync::LazyLock;

use proptest::{
    collection::vec,
    option,
    prelude::*,
    sample::{Index, select},
};

use crate::{
    mutation::{hostile, mutated},
    tree::{MARKER, Tree, seeds},
};

static FIXTURES: LazyLock<Vec<(String, Vec<u8>)>> = LazyLock::new(|| seeds("policies", &[".tf"]));
static CLINIC: LazyLock<Vec<(String, Vec<u8>)>> =
    LazyLock::new(|| seeds("examples/clinic/terraform", &[".tf", ".tfvars"]));
static JSON_SYNTAX: LazyLock<Vec<(String, Vec<u8>)>> = LazyLock::new(|| {
    let text = r#"{"variable": {"v": {"type": "map(string)", "default": {"a": "b"}}},
  "locals": {"x": "${[for k, v in var.v : upper(v)]}", "y": "%{ if true }a%{ else }b%{ endif }"},
  "resource": {"aws_db_instance": {"phi": [{"storage_encrypted": "${local.y == \"a\"}", "count": 2, "tags": {"${local.y}": "x"}}]},
    "aws_security_group": {"s": {"dynamic": {"ingress": {"for_each": ["a"], "content": {"from_port": 22, "cidr_blocks": ["0.0.0.0/0"]}}}}}},
  "module": {"m": {"source": "./m", "input": "${aws_db_instance.phi[0].arn}"}}, "//": "a comment"}"#;
    vec![("main.tf.json".to_owned(), text.as_bytes().to_vec())]
});

/// What `terraform init` leaves behind.
static INSTALLED: LazyLock<Vec<(String, Vec<u8>)>> = LazyLock::new(|| {
    let lock = "provider \"registry.terraform.io/hashicorp/aws\" {\n  version     = \"5.31.0\"\n  constraints = \"~> 5.0\"\n  hashes      = [\"h1:x=\"]\n}\n";
    let modules = r#"{"Modules":[{"Key":"","Source":"","Dir":"."},{"Key":"m","Source":"registry.terraform.io/a/m/aws","Version":"1.0.0","Dir":"m"}]}"#;
    let versions = "terraform {\n  required_version = \">= 1.5\"\n  required_providers {\n    aws = {\n      source  = \"hashicorp/aws\"\n      version = \">= 4.0, < 6.0\"\n    }\n  }\n}\nprovider \"aws\" {\n  region = \"eu-central-1\"\n}\n";
    let files = [
        (".terraform.lock.hcl", lock),
        (".terraform/modules/modules.json", modules),
        ("versions.tf", versions),
    ];
    files
        .iter()
        .map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()))
        .collect()
});

const WORDS: &[&str] = &[
    "${",
    "%{",
    "${~",
    "~}",
    "$${",
    "%%{",
    "\"${",
    "}\"",
    "%{if true}",
    "%{else}",
    "%{endif}",
    "%{for x in [1]}",
    "%{endfor}",
    "<<E\n",
    "<<-E\n",
    "\nE\n",
    "[*]",
    ".*",
    "[0]",
    "...",
    "=>",
    "?",
    " ? 1 : ",
    "for",
    "in",
    "if",
    "each.key",
    "each.value",
    "count.index",
    "self",
    "path.module",
    "path.root",
    "terraform.workspace",
    "local.x",
    "local",
    "var.unset",
    "var.list",
    "module.m",
    "module.m.out",
    "data.aws_iam_policy_document.x.json",
    "aws_s3_bucket.b",
    "aws_s3_bucket.b[*].arn",
    "count = 3\n",
    "count = var.unset\n",
    "count = -1\n",
    "for_each = toset([\"a\", \"b\"])\n",
    "for_each = var.unset\n",
    "for_each = { a = 1 }\n",
    "dynamic \"ingress\" {\n",
    "content {\n",
    "lifecycle {}\n",
    "provider = aws.x\n",
    "depends_on = [aws_s3_bucket.b]\n",
    "source = \"./m\"\n",
    "source = \".\"\n",
    "source = \"a/b/c\"\n",
    "resource \"aws_s3_bucket\" \"b\" {\n",
    "variable \"x\" {\n",
    "locals {\n",
    "module \"m\" {\n",
    "moved {\n",
    "import {\n",
    "check \"c\" {\n",
    "sensitive = true\n",
    "type = list(object({ a = optional(string, 1) }))\n",
    "type = any\n",
    "default = null\n",
    "jsonencode(",
    "jsondecode(",
    "try(",
    "can(",
    "file(\"main.tf\")",
    "templatefile(\"main.tf\", {})",
    "fileset(\".\", \"**\")",
    "sensitive(",
    "merge(",
    "[for x in ",
    "{for k, v in ",
    "!",
    "-",
    "&&",
    "||",
    "==",
    ">=",
    "%",
    "0.5",
    "1e10",
];

/// What stands beside every configuration: secrets that no report may hold.
pub(crate) fn planted() -> String {
    format!(
        r#"variable "planted" {{
  type      = string
  sensitive = true
  default   = "{MARKER}"
}}
resource "aws_db_instance" "planted" {{
  identifier        = "planted"
  username          = "u-${{var.planted}}"
  password          = var.planted
  storage_encrypted = var.planted
  engine_version    = sha256(var.planted)
  tags              = {{ secret = upper(lower(var.planted)), other = "${{var.planted}}" }}
}}
resource "aws_ecs_task_definition" "planted" {{
  family = "planted"
  container_definitions = jsonencode([{{
    name  = "a"
    image = "postgres"
    environment = [
      {{ name = "DATABASE_URL", value = "postgres://u:${{var.planted}}@db/phi?sslmode=disable" }},
      {{ name = "API_TOKEN", value = var.planted }},
    ]
  }}])
}}
resource "aws_lambda_function" "planted" {{
  function_name = "planted"
  environment {{
    variables = {{ PASSWORD = var.planted, (var.planted) = "as a key" }}
  }}
}}
resource "aws_security_group" "planted" {{
  dynamic "ingress" {{
    for_each = [var.planted]
    content {{
      from_port   = ingress.value
      cidr_blocks = concat([ingress.value], split("a", var.planted))
    }}
  }}
}}
"#
    )
}

const MODULE: &str = "variable \"input\" {}\noutput \"out\" {\n  value = var.input\n}\nresource \"aws_s3_bucket\" \"b\" {\n  bucket = var.input\n}\n";

pub(crate) fn trees() -> impl Strategy<Value = Tree> {
    let fixture = mutated(&FIXTURES, WORDS)
        .prop_map(|(_, text)| Tree::of("main.tf", text).with("m/main.tf", MODULE));
    let clinic = mutated(&CLINIC, WORDS).prop_map(|(changed, text)| {
        let files = CLINIC.iter().map(|(path, seed)| {
            (
                path.clone(),
                if *path == changed {
                    text.clone()
                } else {
                    seed.clone()
                },
            )
        });
        Tree {
            files: files.collect(),
        }
    });
    let json = mutated(&JSON_SYNTAX, WORDS)
        .prop_map(|(path, text)| Tree::of(&path, text).with("m/main.tf", MODULE));
    let installed = mutated(&INSTALLED, WORDS).prop_map(|(changed, text)| {
        let calls = "module \"m\" {\n  source = \"a/m/aws\"\n  input = \"x\"\n}\nresource \"aws_s3_bucket\" \"b\" {}\n";
        let mut tree = Tree::of("main.tf", calls).with("m/main.tf", MODULE);
        for (path, seed) in INSTALLED.iter() {
            tree = tree.with(path, if *path == changed { text.clone() } else { seed.clone() });
        }
        tree
    });
    prop_oneof![1 => installed, 6 => fixture, 1 => clinic, 1 => json, 5 => native(), 2 => json_syntax()]
        .prop_map(|tree| tree.with("planted.tf", planted()))
}

/// A configuration whose values are generated expressions.
fn native() -> impl Strategy<Value = Tree> {
    let names = select(
        &[
            "storage_encrypted",
            "tags",
            "password",
            "kms_key_id",
            "parameter",
            "engine",
        ][..],
    );
    let loops = option::of((select(&["count", "for_each"][..]), expression()));
    (vec(expression(), 8), names, loops, select(TYPES)).prop_map(|(values, name, loops, ty)| {
        let loops = loops.map(|(kind, value)| format!("{kind} = {value}")).unwrap_or_default();
        let [x, y, value, bucket, policy, rules, ranges, default] = values.as_slice() else { unreachable!("eight values") };
        let text = format!(
            "variable \"unset\" {{}}\nvariable \"list\" {{\n  type = {ty}\n  default = {default}\n}}\n\
             locals {{\n  x = {x}\n  y = {y}\n}}\n\
             resource \"aws_db_instance\" \"b\" {{\n  {loops}\n  {name} = {value}\n}}\n\
             resource \"aws_s3_bucket_policy\" \"p\" {{\n  bucket = {bucket}\n  policy = {policy}\n}}\n\
             resource \"aws_security_group\" \"g\" {{\n  dynamic \"ingress\" {{\n    for_each = {rules}\n    iterator = it\n    content {{\n      cidr_blocks = {ranges}\n      from_port = it.value\n    }}\n  }}\n}}\n\
             module \"m\" {{\n  source = \"./m\"\n  input = {x}\n}}\n"
        );
        Tree::of("main.tf", text).with("m/main.tf", MODULE)
    })
}

const TYPES: &[&str] = &[
    "any",
    "string",
    "number",
    "bool",
    "list(string)",
    "set(number)",
    "map(any)",
    "list(any)",
    "tuple([string, number])",
    "object({ a = string, b = optional(number, 3) })",
    "map(object({ a = optional(list(string), [\"x\"]) }))",
    "list(set(map(bool)))",
    "nonsense",
];

/// The same in JSON, where expressions are in texts.
fn json_syntax() -> impl Strategy<Value = Tree> {
    let value = prop_oneof![
        3 => expression().prop_map(|text| serde_json::Value::String(format!("${{{text}}}"))),
        1 => hostile(WORDS).prop_map(serde_json::Value::String),
        1 => any::<f64>().prop_map(serde_json::Value::from),
        1 => Just(serde_json::Value::Null),
    ];
    let value = value.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(serde_json::Value::from),
            vec((hostile(WORDS), inner), 0..3).prop_map(|members| members.into_iter().collect()),
        ]
    });
    (vec(value, 6), any::<Index>()).prop_map(|(values, at)| {
        let mut tree = serde_json::json!({
            "variable": {"unset": {}, "list": {"default": values[0]}},
            "locals": {"x": values[1], "y": values[2]},
            "resource": {"aws_db_instance": {"b": {"storage_encrypted": values[3], "tags": values[4]}}},
            "module": {"m": {"source": "./m", "input": values[5]}},
        });
        // Somewhere a value stands where a block is due.
        let blocks = ["/variable", "/locals", "/resource", "/resource/aws_db_instance/b", "/module/m", "/none", "/none", "/none"];
        if let Some(block) = tree.pointer_mut(blocks[at.index(blocks.len())]) {
            *block = values[0].clone();
        }
        Tree::of("main.tf.json", tree.to_string()).with("m/main.tf", MODULE)
    })
}

const FUNCTIONS: &[&str] = &[
    "abs",
    "abspath",
    "alltrue",
    "anytrue",
    "base64decode",
    "base64encode",
    "base64gunzip",
    "base64gzip",
    "base64sha256",
    "basename",
    "bcrypt",
    "can",
    "ceil",
    "chomp",
    "chunklist",
    "cidrhost",
    "cidrnetmask",
    "cidrsubnet",
    "cidrsubnets",
    "coalesce",
    "coalescelist",
    "compact",
    "concat",
    "contains",
    "csvdecode",
    "dirname",
    "distinct",
    "element",
    "endswith",
    "file",
    "fileexists",
    "fileset",
    "flatten",
    "floor",
    "format",
    "formatdate",
    "formatlist",
    "indent",
    "index",
    "issensitive",
    "join",
    "jsondecode",
    "jsonencode",
    "keys",
    "length",
    "log",
    "lookup",
    "lower",
    "matchkeys",
    "max",
    "md5",
    "merge",
    "min",
    "one",
    "parseint",
    "pathexpand",
    "plantimestamp",
    "pow",
    "provider::aws::arn_parse",
    "range",
    "regex",
    "regexall",
    "replace",
    "reverse",
    "sensitive",
    "setintersection",
    "setproduct",
    "setsubtract",
    "setunion",
    "sha1",
    "signum",
    "slice",
    "sort",
    "split",
    "startswith",
    "strcontains",
    "strrev",
    "substr",
    "sum",
    "templatefile",
    "templatestring",
    "textdecodebase64",
    "textencodebase64",
    "timeadd",
    "timecmp",
    "timestamp",
    "title",
    "tobool",
    "tolist",
    "tomap",
    "tonumber",
    "toset",
    "tostring",
    "transpose",
    "trim",
    "trimprefix",
    "trimspace",
    "trimsuffix",
    "try",
    "type",
    "upper",
    "urldecode",
    "urlencode",
    "uuid",
    "uuidv5",
    "values",
    "yamldecode",
    "yamlencode",
    "zipmap",
    "nosuch",
];

/// An expression of the language, mostly one that parses.
fn expression() -> impl Strategy<Value = String> {
    const LEAVES: &[&str] = &[
        "true",
        "false",
        "null",
        "0",
        "1",
        "-1",
        "0.5",
        "3",
        "1e400",
        "\"\"",
        "\"a\"",
        "\"1\"",
        "\"true\"",
        "[]",
        "{}",
        "var.unset",
        "var.list",
        "var.planted",
        "local.x",
        "local.y",
        "local",
        "aws_s3_bucket.b",
        "aws_db_instance.b",
        "aws_db_instance.b[0].arn",
        "aws_kms_key.none.arn",
        "data.aws_caller_identity.me.account_id",
        "module.m.out",
        "module.m",
        "module.none.x",
        "each.key",
        "each.value",
        "count.index",
        "path.module",
        "terraform.workspace",
        "self.id",
        "it.value",
        "x",
        "k",
        "\"%Y %s %d %[1]q %*d\"",
        "\"10.0.0.0/8\"",
        "\"fe80::/10\"",
        "\"(a+)+$\"",
        "\"2024-02-30T00:00:00Z\"",
        "\"1h\"",
        "\"{\\\"a\\\":[1]}\"",
        "\"main.tf\"",
        "\"*\"",
        "[\"a\", \"b\"]",
        "{ a = 1, b = \"x\" }",
        "[1, \"a\", null, [true]]",
        "\"${var.unset}\"",
        "\"x${aws_kms_key.k.arn}y\"",
        "<<E\na ${local.x}\n  %{ for x in [1, 2] ~}\n${x}\n%{ endfor }\nE\n",
        "<<-E\n    a\n  b ${var.unset}\n  E\n",
        "9223372036854775807",
        "12345678901234567890.12345",
    ];
    const OPERATORS: &[&str] = &[
        "+", "-", "*", "/", "%", "==", "!=", "<", ">", "<=", ">=", "&&", "||",
    ];
    let leaf = prop_oneof![
        12 => select(LEAVES).prop_map(str::to_owned),
        1 => hostile(WORDS).prop_map(|word| serde_json::Value::String(word.chars().take(200).collect()).to_string()),
        1 => any::<f64>().prop_map(|number| number.to_string()),
    ];
    leaf.prop_recursive(6, 30, 3, |inner| {
        let one = || inner.clone();
        prop_oneof![
            3 => (one(), select(OPERATORS), one()).prop_map(|(a, op, b)| format!("({a} {op} {b})")),
            3 => (one(), one(), one()).prop_map(|(a, b, c)| format!("({a} ? {b} : {c})")),
            9 => (select(FUNCTIONS), vec(one(), 0..4)).prop_map(|(name, arguments)| format!("{name}({})", arguments.join(", "))),
            1 => (select(FUNCTIONS), one()).prop_map(|(name, list)| format!("{name}({list}...)")),
            2 => vec(one(), 0..4).prop_map(|elements| format!("[{}]", elements.join(", "))),
            2 => (one(), one()).prop_map(|(a, b)| format!("{{ a = {a}, b = {b} }}")),
            1 => (one(), one()).prop_map(|(a, b)| format!("{{ ({a}) = {b} }}")),
            1 => one().prop_map(|a| format!("!{a}")),
            1 => one().prop_map(|a| format!("-{a}")),
            2 => (one(), one()).prop_map(|(a, b)| format!("\"<${{{a}}}|${{{b}}}>\"")),
            1 => (one(), one()).prop_map(|(a, b)| format!("\"%{{ if {a} }}x%{{ else }}${{{b}}}%{{ endif }}\"")),
            1 => (one(), one()).prop_map(|(a, b)| format!("\"%{{ for k, x in {a} }}${{{b}}}%{{ endfor }}\"")),
            2 => (one(), one()).prop_map(|(a, b)| format!("[for x in {a} : {b}]")),
            1 => (one(), one(), one()).prop_map(|(a, b, c)| format!("[for k, x in {a} : {b} if {c}]")),
            2 => (one(), one(), one()).prop_map(|(a, b, c)| format!("{{ for k, x in {a} : {b} => {c} }}")),
            1 => (one(), one(), one()).prop_map(|(a, b, c)| format!("{{ for k, x in {a} : {b} => {c}... }}")),
            2 => (one(), one()).prop_map(|(a, b)| format!("{a}[{b}]")),
            1 => one().prop_map(|a| format!("{a}[*].a")),
            1 => one().prop_map(|a| format!("{a}.*.b[0]")),
            1 => one().prop_map(|a| format!("{a}.a")),
        ]
    })
}
