//! Large configurations end, and in the right way.

use std::fmt::Write as _;

use hipaa_iac_tests::{Ran, Tree, run_in};

fn inspect(tree: &Tree) -> Ran {
    run_in(tree.path(), &["inspect", ".", "--format", "json"]).unwrap()
}

fn addresses(ran: &Ran) -> Vec<String> {
    let document = ran.json();
    let resources = document["resources"].as_array().unwrap();
    resources
        .iter()
        .map(|resource| resource["address"].as_str().unwrap().to_owned())
        .collect()
}

/// Modules that call each other `depth` deep, each with `keys`, and a resource at the bottom.
fn nested(depth: usize, keys: &str) -> Tree {
    let tree = Tree::new().unwrap();
    for level in 0..depth {
        let path = "child/".repeat(level) + "main.tf";
        let text = format!(
            "variable \"name\" {{\n  default = \"root\"\n}}\n\
             module \"m\" {{\n  source   = \"./child\"\n  for_each = toset({keys})\n  name     = \"${{var.name}}/${{each.key}}\"\n}}\n\
             output \"names\" {{\n  value = flatten([for child in module.m : child.names])\n}}\n"
        );
        tree.write(&path, text.as_bytes()).unwrap();
    }
    let bottom = "variable \"name\" {}\nresource \"terraform_data\" \"r\" {\n  input = var.name\n}\noutput \"names\" {\n  value = [terraform_data.r.input]\n}\n";
    tree.write(&("child/".repeat(depth) + "main.tf"), bottom.as_bytes())
        .unwrap();
    tree.write(
        "use.tf",
        b"resource \"terraform_data\" \"count\" {\n  input = length(flatten([for child in module.m : child.names]))\n}\n",
    )
    .unwrap();
    tree
}

#[test]
fn ten_levels_of_modules_with_for_each_are_all_there() {
    let ran = inspect(&nested(10, "[\"a\", \"b\"]"));
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let document = ran.json();
    let all = addresses(&ran);
    // Two to the tenth power, and the one that counts them.
    assert_eq!(all.len(), 1025);
    let deepest = "module.m[\"b\"].".repeat(10) + "terraform_data.r";
    let resources = document["resources"].as_array().unwrap();
    let of = |address: &str| {
        let found = resources.iter().find(|one| one["address"] == address);
        found.unwrap()["values"]["input"].clone()
    };
    assert_eq!(of(&deepest), "root".to_owned() + &"/b".repeat(10));
    assert_eq!(of("terraform_data.count"), 1024);
}

#[test]
fn more_modules_than_can_be_evaluated_are_told() {
    let ran = inspect(&nested(10, "[\"a\", \"b\", \"c\", \"d\"]"));
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    assert!(ran.stderr.contains("evaluation-limit"), "{}", ran.stderr);
}

#[test]
fn ten_thousand_resources_of_one_for_each() {
    let tree = Tree::with(&[(
        "main.tf",
        "resource \"aws_db_instance\" \"d\" {\n  for_each          = toset([for n in range(10000) : format(\"db-%05d\", n)])\n  identifier        = each.key\n  storage_encrypted = endswith(each.key, \"7\")\n}\n",
    )])
    .unwrap();
    // `range` gives no more than 1024 numbers.
    let refused = inspect(&tree);
    assert_eq!(refused.code, 3);
    let text = "locals {\n  tens = range(100)\n}\nresource \"aws_db_instance\" \"d\" {\n  for_each          = toset(flatten([for a in local.tens : [for b in local.tens : format(\"db-%02d%02d\", a, b)]]))\n  identifier        = each.key\n  storage_encrypted = endswith(each.key, \"7\")\n}\n";
    tree.write("main.tf", text.as_bytes()).unwrap();
    let ran = inspect(&tree);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let all = addresses(&ran);
    assert_eq!(all.len(), 10_000);
    assert_eq!(all[0], "aws_db_instance.d[\"db-0000\"]");
    assert_eq!(all[9999], "aws_db_instance.d[\"db-9999\"]");
    // One finding at its cause, with the nine thousand instances that are wrong.
    let checked = run_in(tree.path(), &crate::JSON).unwrap();
    assert_eq!(checked.code, 1, "{}", checked.stderr);
    assert!(checked.stdout.contains("db-0000"), "{}", checked.stdout);
    assert!(!checked.stdout.contains("db-0007"), "{}", checked.stdout);
}

#[test]
fn cycles_and_self_reference_are_told() {
    let cases = [
        "locals {\n  a = local.b\n  b = local.a\n}\nresource \"terraform_data\" \"r\" {\n  input = local.a\n}\n",
        "resource \"terraform_data\" \"r\" {\n  input = terraform_data.r.id\n}\n",
        "resource \"terraform_data\" \"a\" {\n  input = terraform_data.b.input\n}\nresource \"terraform_data\" \"b\" {\n  input = terraform_data.a.input\n}\n",
        "resource \"terraform_data\" \"r\" {\n  count = length(terraform_data.r)\n}\n",
        "resource \"aws_x\" \"r\" {\n  for_each = toset(keys(aws_x.r))\n}\n",
        "data \"aws_iam_policy_document\" \"d\" {\n  source_policy_documents = [data.aws_iam_policy_document.d.json]\n}\n",
        "locals {\n  a = module.m.out\n}\nmodule \"m\" {\n  source = \"./m\"\n  in     = local.a\n}\nresource \"terraform_data\" \"r\" {\n  input = local.a\n}\n",
    ];
    for text in cases {
        let tree = Tree::with(&[
            ("main.tf", text),
            (
                "m/main.tf",
                "variable \"in\" {}\noutput \"out\" {\n  value = var.in\n}\n",
            ),
        ])
        .unwrap();
        let ran = inspect(&tree);
        assert_eq!(ran.code, 3, "{text}{}", ran.stdout);
        assert!(ran.stderr.contains("cycle"), "{text}{}", ran.stderr);
    }
    // A module that calls itself.
    let tree = Tree::with(&[("main.tf", "module \"m\" {\n  source = \"./.\"\n}\n")]).unwrap();
    let ran = inspect(&tree);
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    assert!(ran.stderr.contains("calls itself"), "{}", ran.stderr);
}

#[test]
fn values_that_grow_exponentially_end() {
    let mut text = String::from("locals {\n  l0 = [\"x\", \"y\"]\n");
    for level in 1..=60 {
        let before = level - 1;
        _ = writeln!(text, "  l{level} = [local.l{before}, local.l{before}]");
    }
    text += "}\nresource \"terraform_data\" \"r\" {\n  input = local.l60\n}\n";
    let tree = Tree::with(&[("main.tf", &text)]).unwrap();
    let ran = inspect(&tree);
    // Parts too large to hold are not known.
    let document = ran.json();
    let unknown = serde_json::json!([true, true]);
    assert_eq!(document["resources"][0]["unknown"]["input"], unknown);
}
