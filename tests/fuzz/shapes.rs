//! Inputs made to exhaust the stack, the time or the memory.

use std::{fmt::Write as _, time::Duration};

use crate::{
    campaign,
    tree::{POLICY, Tree},
};

/// How deep or long what costs little for each level is.
const DEEP: usize = 20_000;
/// How many resources, manifests or blocks there are where each is judged.
const MANY: usize = 1_000;
/// The most CPU time: a couple of seconds of an optimised program, which this is not.
const MOST: Duration = Duration::from_secs(10);

/// Judges every shape; a stack overflow ends the process, and the folder tells which one it was.
fn judge(group: &str, shapes: Vec<(&str, Tree)>) {
    let _turn = campaign::turn();
    let mut failed = Vec::new();
    for (name, tree) in shapes {
        let folder = campaign::folder(&format!("{group}-{name}"));
        match campaign::check(&tree, &folder, MOST, false) {
            Ok(_) => drop(std::fs::remove_dir_all(folder)),
            Err(problem) => failed.push(format!("{name}: {problem}; kept in {}", folder.display())),
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

fn bucket(value: &str) -> String {
    format!("resource \"aws_s3_bucket\" \"b\" {{\n  bucket = {value}\n}}\n")
}

/// A local of this value, and a resource that reads it.
fn local(value: &str) -> Tree {
    Tree::of(
        "main.tf",
        format!(
            "variable \"v\" {{}}\nlocals {{\n  x = {value}\n}}\n{}",
            bucket("local.x")
        ),
    )
}

fn nested(open: &str, inside: &str, close: &str, depth: usize) -> String {
    format!("{}{inside}{}", open.repeat(depth), close.repeat(depth))
}

/// `line` for every number, from 1.
fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (1..=count).fold(String::new(), |mut text, at| {
        let _ = writeln!(text, "{}", line(at));
        text
    })
}

#[test]
fn expressions() {
    let deep = |open: &str, inside: &str, close: &str| local(&nested(open, inside, close, DEEP));
    judge(
        "expressions",
        vec![
            ("parentheses", deep("(", "1", ")")),
            ("lists", deep("[", "1", "]")),
            ("objects", deep("{a=", "1", "}")),
            ("indices", deep("local.a[", "0", "]")),
            ("conditional-tails", deep("true ? 1 : ", "2", "")),
            ("conditional-middles", deep("true ? ", "2", " : 1")),
            ("conditional-heads", deep("(", "true", " ? true : false)")),
            (
                "unknown-conditionals",
                local(&nested("var.v ? [1] : [", "2", "]", 200)),
            ),
            ("not", deep("!", "true", "")),
            ("minus", deep("-", "1", "")),
            ("calls", deep("upper(", "\"a\"", ")")),
            (
                "encoded",
                local(&nested("jsonencode([", "\"a\\\"\"", "])", 60)),
            ),
            ("for-collections", deep("[for a in ", "[1]", ": a]")),
            ("for-values", deep("[for a in [1]: ", "a", "]")),
            ("templates", deep("\"${", "1", "}\"")),
            (
                "if-directives",
                local(&format!(
                    "\"{}\"",
                    nested("%{if true}", "x", "%{endif}", DEEP)
                )),
            ),
            (
                "for-directives",
                local(&format!(
                    "\"{}\"",
                    nested("%{for x in [1]}", "x", "%{endfor}", DEEP)
                )),
            ),
            (
                "heredoc",
                local(&format!(
                    "<<E\n{}E\n",
                    nested("%{if true}\n", "x\n", "%{endif}\n", DEEP)
                )),
            ),
            ("heredoc-openers", local(&"<<a ".repeat(3 * DEEP))),
            (
                "long-template",
                local(&format!("\"{}\"", "${1}".repeat(DEEP))),
            ),
            (
                "long-unknown-template",
                local(&format!("\"{}\"", "${var.v}".repeat(DEEP))),
            ),
            ("sum", local(&format!("1{}", "+1".repeat(DEEP)))),
            ("and", local(&format!("true{}", "&&true".repeat(DEEP)))),
            ("comparison", local(&format!("1{}", "==1".repeat(DEEP)))),
            ("names", local(&format!("var.v{}", ".a".repeat(DEEP)))),
            (
                "splats",
                local(&format!("var.v{}", "[*]".repeat(10 * DEEP))),
            ),
            (
                "legacy-splats",
                local(&format!("var.v{}", ".*".repeat(DEEP))),
            ),
            ("long-number", local(&"1".repeat(100_000))),
            ("large-number", local("9e99999999999999999999")),
            (
                "long-line",
                local(&format!("\"{}\"", "x".repeat(2_000_000))),
            ),
            (
                "doubled-keys",
                local(&format!("{{{}}}", "aaaa=1,".repeat(DEEP))),
            ),
            (
                "decoded-json",
                local(&format!("jsondecode(\"{}\")", nested("[", "", "]", DEEP))),
            ),
            (
                "decoded-yaml",
                local(&format!("yamldecode(\"{}\")", nested("[", "", "]", DEEP))),
            ),
            (
                "decoded-yaml-bomb",
                local(&format!(
                    "yamldecode(<<E\na0: &a0 [x]\n{}E\n)",
                    lines(40, |at| format!("a{at}: &a{at} [*a{0}, *a{0}]", at - 1))
                )),
            ),
            (
                "backtracking",
                local(&format!("regexall(\"(a*)*b\", \"{}\")", "a".repeat(DEEP))),
            ),
            (
                "large-regex",
                local("regex(\"((a{100}){100}){100}\", \"a\")"),
            ),
            (
                "products",
                local(&format!("setproduct({})", ["range(1000)"; 6].join(","))),
            ),
            (
                "long-policy",
                Tree::of(
                    "main.tf",
                    format!(
                        "resource \"aws_iam_policy\" \"p\" {{\n policy = \"{{\\\"Statement\\\":[{}]}}\"\n}}\n",
                        ["{\\\"Action\\\":\\\"*\\\"}"; MANY].join(",")
                    ),
                ),
            ),
            (
                "deep-policy",
                Tree::of(
                    "main.tf",
                    format!(
                        "resource \"aws_iam_policy\" \"p\" {{\n policy = \"{}\"\n}}\n",
                        nested("[", "", "]", DEEP)
                    ),
                ),
            ),
            (
                "deep-type",
                Tree::of(
                    "main.tf",
                    format!(
                        "variable \"t\" {{\n type = {}\n}}\n{}",
                        nested("list(", "any", ")", DEEP),
                        bucket("var.t")
                    ),
                ),
            ),
            (
                "wide-ranges",
                local("[for a in range(1000): [for b in range(1000): [for c in range(1000): c]]]"),
            ),
        ],
    );
}

#[test]
fn unclosed() {
    let openings = [
        "{",
        "a {\n",
        "x = \"${",
        "x = (",
        "x = [",
        "x = f(",
        "x = [for a in ",
        "x = a ? ",
        "x = {a=",
        "x = {(a)=",
        "x = a[",
        "x = \"%{if a}",
        "x = <<E\n",
        "/*",
        "x = \"${\"",
    ];
    let mut shapes = Vec::new();
    for (at, opening) in openings.into_iter().enumerate() {
        let head = if let Some(rest) = opening.strip_prefix("x = ") {
            format!("x = {}", rest.repeat(DEEP))
        } else {
            opening.repeat(DEEP)
        };
        shapes.push((format!("hcl-{at}"), Tree::of("main.tf", head)));
    }
    for (at, opening) in [
        "[", "{a: ", "- ", "? ", "&a ", "!a ", "a: b: ", "'", "|\n ", "{? ",
    ]
    .into_iter()
    .enumerate()
    {
        shapes.push((
            format!("yaml-{at}"),
            Tree::of(
                "a.yaml",
                format!(
                    "apiVersion: v1\nkind: Pod\nspec:\n  {}",
                    opening.repeat(DEEP)
                ),
            ),
        ));
    }
    for (at, opening) in ["[", "{\"a\":", "{\"resource_changes\":["]
        .into_iter()
        .enumerate()
    {
        shapes.push((
            format!("json-{at}"),
            Tree::of(
                "plan.json",
                format!(
                    "{{\"format_version\":\"1.2\",\"planned_values\":{}",
                    opening.repeat(DEEP)
                ),
            ),
        ));
        shapes.push((
            format!("tf-json-{at}"),
            Tree::of("main.tf.json", opening.repeat(DEEP)),
        ));
    }
    judge(
        "unclosed",
        shapes
            .iter()
            .map(|(name, tree)| (name.as_str(), tree.clone()))
            .collect(),
    );
}

#[test]
fn configurations() {
    let resources = |line: &dyn Fn(usize) -> String| Tree::of("main.tf", lines(MANY, line));
    let blocks = format!(
        "resource \"a\" \"b\" {{\n{}}}\n",
        nested("b {\n", "", "}\n", DEEP)
    );
    let dynamic = format!(
        "resource \"a\" \"b\" {{\n{}}}\n",
        nested(
            "dynamic \"b\" {\nfor_each = [1, 2]\ncontent {\n",
            "",
            "}\n}\n",
            500
        )
    );
    let mut chain = Tree::of("main.tf", "module \"m\" {\n  source = \"./m0\"\n}\n");
    let mut doubling = Tree::of("main.tf", "module \"a\" {\n  source = \"./m0\"\n}\n");
    for at in 0..500 {
        chain = chain.with(
            &format!("m{at}/main.tf"),
            format!("module \"m\" {{\n  source = \"../m{}\"\n}}\n", at + 1),
        );
    }
    for at in 0..38 {
        let call = |name| format!("module \"{name}\" {{\n  source = \"../m{}\"\n}}\n", at + 1);
        doubling = doubling.with(
            &format!("m{at}/main.tf"),
            format!("{}{}", call("a"), call("b")),
        );
    }
    judge(
        "configurations",
        vec![
            ("blocks", Tree::of("main.tf", blocks)),
            ("dynamic-blocks", Tree::of("main.tf", dynamic)),
            ("locals", Tree::of("main.tf", format!("locals {{\n  l0 = 1\n{}}}\n{}", lines(DEEP, |at| format!("  l{at} = local.l{}", at - 1)), bucket(&format!("local.l{DEEP}"))))),
            ("locals-backwards", Tree::of("main.tf", format!("locals {{\n{}  l{} = 1\n}}\n{}", lines(DEEP, |at| format!("  l{at} = local.l{}", at + 1)), DEEP + 1, bucket("local.l1")))),
            ("locals-in-lists", Tree::of("main.tf", format!("locals {{\n  l0 = 1\n{}}}\n{}", lines(DEEP, |at| format!("  l{at} = [local.l{}]", at - 1)), bucket(&format!("local.l{DEEP}"))))),
            ("doubling-text", Tree::of("main.tf", format!("locals {{\n  l0 = \"x\"\n{}}}\n{}", lines(60, |at| format!("  l{at} = \"${{local.l{0}}}${{local.l{0}}}\"", at - 1)), bucket("local.l60")))),
            ("doubling-template", Tree::of("main.tf", format!("variable \"v\" {{}}\nlocals {{\n  l0 = var.v\n{}}}\n{}", lines(60, |at| format!("  l{at} = \"${{local.l{0}}}${{local.l{0}}}\"", at - 1)), bucket("local.l60")))),
            ("doubling-list", Tree::of("main.tf", format!("locals {{\n  l0 = [1]\n{}}}\n{}", lines(60, |at| format!("  l{at} = [local.l{0}, local.l{0}]", at - 1)), bucket("jsonencode(local.l60)")))),
            ("doubling-unknown", Tree::of("main.tf", format!("variable \"v\" {{}}\nlocals {{\n  l0 = 1\n{}}}\n{}", lines(60, |at| format!("  l{at} = var.v ? [local.l{0}] : {{ a = local.l{0} }}", at - 1)), bucket("local.l60")))),
            ("references", resources(&|at| format!("resource \"aws_s3_bucket\" \"b{at}\" {{\n  bucket = aws_s3_bucket.b{}.arn\n}}", at + 1))),
            ("databases", resources(&|at| format!("resource \"aws_db_instance\" \"b{at}\" {{\n  kms_key_id = aws_db_instance.b{}.arn\n}}", at * 7919 % MANY))),
            ("one-hub", resources(&|at| format!("resource \"aws_s3_bucket_versioning\" \"b{at}\" {{\n  bucket = aws_s3_bucket.hub.id\n}}")).with("hub.tf", "resource \"aws_s3_bucket\" \"hub\" {}\n")),
            ("literal-hub", resources(&|at| format!("resource \"aws_s3_bucket\" \"b{at}\" {{\n  bucket = \"same\"\n}}"))),
            ("one-list", Tree::of("main.tf", format!("resource \"aws_db_instance\" \"a\" {{\n  vpc_security_group_ids = [\n{}]\n}}\n{}", lines(MANY, |at| format!("aws_security_group.b{at}.id,")), lines(MANY, |at| format!("resource \"aws_security_group\" \"b{at}\" {{}}"))))),
            ("many-instances", Tree::of("main.tf", "resource \"aws_db_instance\" \"b\" {\n  count = 1000000000\n}\n")),
            ("instances", Tree::of("main.tf", "resource \"aws_db_instance\" \"b\" {\n  count = 2000\n  identifier = \"b${count.index}\"\n}\n")),
            ("many-errors", Tree::of("main.tf", format!("resource \"aws_s3_bucket\" \"b\" {{\n{}}}\n", lines(MANY, |at| format!("a{at} = nosuch(1)"))))),
            ("many-arguments", Tree::of("main.tf", format!("locals {{\n{}}}\n", "x = 1\n".repeat(DEEP)))),
            ("modules", chain),
            ("doubling-modules", doubling.with("m38/main.tf", "resource \"null_resource\" \"x\" {}\n")),
            ("deep-json-lists", Tree::of("main.tf.json", format!("{{\"locals\":{{\"x\":{}}}}}", nested("[", "", "]", DEEP)))),
            ("deep-json-expression", Tree::of("main.tf.json", format!("{{\"locals\":{{\"x\":\"${{{}}}\"}}}}", nested("(", "1", ")", DEEP)))),
            ("deep-variable", Tree::of("main.tf", "variable \"x\" {}\n").with("terraform.tfvars", format!("x = {}\n", nested("[", "", "]", DEEP)))),
        ],
    );
}

#[test]
fn documents() {
    let pod = |spec: &str| {
        Tree::of(
            "a.yaml",
            format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: x}}\nspec: {spec}\n"),
        )
    };
    let objects = |line: &dyn Fn(usize) -> String| {
        Tree::of("a.yaml", lines(MANY, |at| format!("---\n{}", line(at))))
    };
    let plan = |values: &str| {
        Tree::of(
            "plan.json",
            format!(
                "{{\"format_version\":\"1.2\",\"planned_values\":{{\"root_module\":{{\"resources\":[{{\"address\":\"aws_s3_bucket.b\",\"mode\":\"managed\",\
                 \"type\":\"aws_s3_bucket\",\"name\":\"b\",\"provider_name\":\"registry.terraform.io/hashicorp/aws\",\"values\":{{\"x\":{values}}}}}]}}}}}}"
            ),
        )
    };
    judge(
        "documents",
        vec![
            ("flow-lists", pod(&nested("[", "", "]", DEEP))),
            ("flow-maps", pod(&nested("{a: ", "1", "}", DEEP))),
            (
                "block-maps",
                pod(&lines(1500, |at| format!("{}a:", " ".repeat(at))).replacen("a:", "\n a:", 1)),
            ),
            (
                "bomb",
                pod(&format!(
                    "{{}}\na0: &a0 [x]\n{}",
                    lines(60, |at| format!(
                        "a{at}: &a{at} [*a{0}, *a{0}, *a{0}]",
                        at - 1
                    ))
                )),
            ),
            (
                "merge-bomb",
                pod(&format!(
                    "{{}}\na0: &a0 {{x: 1}}\n{}",
                    lines(MANY, |at| format!(
                        "a{at}: &a{at} {{<<: [*a{0}, *a{0}], k{at}: 1}}",
                        at - 1
                    ))
                )),
            ),
            (
                "doubled-keys",
                pod(&format!("{{{}}}", "a: 1, ".repeat(DEEP))),
            ),
            (
                "escapes",
                pod(&format!("\"{}\"", "\\x41".repeat(10 * DEEP))),
            ),
            (
                "long-key",
                pod(&format!("{{{}: 1}}", "k".repeat(2_000_000))),
            ),
            (
                "empty-documents",
                Tree::of(
                    "a.yaml",
                    format!("{}apiVersion: v1\nkind: Pod\n", "---\n".repeat(DEEP)),
                ),
            ),
            (
                "colons",
                Tree::of("a.yaml", format!("{}\napiVersion: v1\n", ":".repeat(DEEP))),
            ),
            (
                "json",
                Tree::of(
                    "a.json",
                    format!(
                        "{{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"x\":{}}}",
                        nested("[", "", "]", DEEP)
                    ),
                ),
            ),
            (
                "lists-in-lists",
                Tree::of(
                    "a.json",
                    nested(
                        "{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[",
                        "",
                        "]}",
                        90,
                    ),
                ),
            ),
            (
                "objects",
                objects(&|at| {
                    format!(
                        "apiVersion: v1\nkind: Pod\nmetadata: {{name: p{at}}}\nspec: {{containers: [{{name: a, image: postgres}}]}}"
                    )
                }),
            ),
            (
                "selectors",
                objects(&|at| {
                    let (kind, spec) = if at % 2 == 0 {
                        ("Service", "selector: {app: a}")
                    } else {
                        ("Pod", "containers: [{name: a, image: postgres}]")
                    };
                    format!(
                        "apiVersion: v1\nkind: {kind}\nmetadata: {{name: s{at}, labels: {{app: a}}}}\nspec: {{{spec}}}"
                    )
                }),
            ),
            (
                "owners",
                objects(&|at| {
                    format!(
                        "apiVersion: apps/v1\nkind: ReplicaSet\nmetadata: {{name: s{at}, ownerReferences: [{{apiVersion: apps/v1, kind: ReplicaSet, name: s{}, controller: true}}]}}\nspec: {{template: {{spec: {{containers: []}}}}}}",
                        at + 1
                    )
                }),
            ),
            ("plan-lists", plan(&nested("[", "", "]", DEEP))),
            ("plan-maps", plan(&nested("{\"a\":", "1", "}", DEEP))),
            ("plan-lists-within-bounds", plan(&nested("[", "", "]", 110))),
            (
                "plan-modules",
                Tree::of(
                    "plan.json",
                    format!(
                        "{{\"format_version\":\"1.2\",\"planned_values\":{{\"root_module\":{}}}}}",
                        nested("{\"child_modules\":[", "", "]}", DEEP)
                    ),
                ),
            ),
            (
                "configuration",
                Tree::of(
                    "hipaa-iac.yaml",
                    format!("waivers: {}", nested("[", "", "]", DEEP)),
                )
                .with("main.tf", bucket("1")),
            ),
            (
                "configuration-bomb",
                Tree::of(
                    "hipaa-iac.yaml",
                    format!(
                        "a0: &a0 [x]\n{}",
                        lines(60, |at| format!(
                            "a{at}: &a{at} [*a{0}, *a{0}, *a{0}]",
                            at - 1
                        ))
                    ),
                )
                .with("main.tf", bucket("1")),
            ),
        ],
    );
}

#[test]
fn hostile_policies() {
    let policy = |each: &str, require: &str| {
        let policy = serde_json::json!({
            "apiVersion": "hipaa-iac.dev/v1alpha1", "kind": "Policy", "metadata": {"name": "hostile"},
            "spec": {
                "title": "Hostile", "severity": "high", "safeguards": ["164.312(b)"], "scope": "all", "profiles": ["hipaa"], "match": {"terraform": ["aws_s3_bucket"]},
                "rules": [{"each": each, "require": require, "message": "it is not so"}], "rationale": "None.", "remediation": {"text": "None."},
            },
        });
        let list = format!("[{}]", ["[1,2,3,4,5,6,7,8,9]"; 300].join(","));
        Tree::of(POLICY, policy.to_string()).with("main.tf", bucket(&list))
    };
    let require = |text: &str| policy("$", text);
    let all =
        "resource.bucket.all(a, resource.bucket.all(b, a.all(x, b.all(y, x < 10 && y < 10))))";
    judge(
        "policies",
        vec![
            ("sum", require(&format!("1{} > 0", "+1".repeat(DEEP)))),
            (
                "sum-within-bounds",
                require(&format!("1{} > 0", "+1".repeat(240))),
            ),
            ("parentheses", require(&nested("(", "true", ")", DEEP))),
            (
                "parentheses-within-bytes",
                require(&nested("(", "true", ")", 2000)),
            ),
            (
                "lists",
                require(&format!("{} == 1", nested("[", "1", "]", 2000))),
            ),
            ("not", require(&format!("{}true", "!".repeat(4000)))),
            ("minus", require(&format!("{}1 == 1", "-".repeat(4000)))),
            (
                "conditionals",
                require(&format!("{}true", "true ? true : ".repeat(290))),
            ),
            (
                "members",
                require(&format!("resource{} == 1", ".a".repeat(2000))),
            ),
            (
                "indices",
                require(&format!("resource{} == 1", "[0]".repeat(1300))),
            ),
            ("unclosed", require(&"[(".repeat(2000))),
            ("quotes", require(&"'''".repeat(1300))),
            ("nested-comprehensions", require(all)),
            (
                "two-comprehensions",
                require("resource.bucket.all(a, resource.bucket.all(b, a.size() == b.size()))"),
            ),
            (
                "growing-text",
                require(
                    "['x', 'x'].map(a, resource.bucket.map(b, string(b)).join(a)).join('').size() > 0",
                ),
            ),
            (
                "backtracking",
                require(&format!("'{}'.matches('(a*)*b')", "a".repeat(3000))),
            ),
            (
                "large-regex",
                require("'a'.matches('((a{100}){100}){100}')"),
            ),
            ("descendants", policy("$..*", "true")),
            ("filters", policy("$.bucket[?@[?@ > 1]][*]", "true")),
            (
                "nested-filters",
                policy(&format!("${}", nested("[?@", "", "]", 250)), "true"),
            ),
            (
                "long-path",
                policy(&format!("${}", ".a".repeat(500)), "true"),
            ),
            (
                "parenthesised-filter",
                policy(&format!("$[?{}]", nested("(", "@.a", ")", 400)), "true"),
            ),
            (
                "negated-filter",
                policy(&format!("$[?{}@.a]", "!".repeat(900)), "true"),
            ),
            ("search", policy("$..[?search(@, '(a|b|ab)*c')]", "true")),
        ],
    );
}
