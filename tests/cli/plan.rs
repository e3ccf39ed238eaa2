//! Plans, states and provider versions as a user meets them. What the real programs write is compared in the
//! differential suite; here it is what a check makes of it.

use std::fmt::Write as _;

use hipaa_iac_tests::{Ran, Tree, run_in, run_with};
use serde_json::{Value as Json, json};

/// `address verdict` of a policy's findings, with the reasons of what is unknown.
fn verdicts(tree: &Tree, what: &str, policy: &str) -> Vec<String> {
    let ran = crate::json(tree, &[what, "--only", policy, "--show", "all"]);
    let result = ran.json();
    assert!(result["findings"].is_array(), "{}", ran.stderr);
    let text = |json: &Json| json.as_str().unwrap_or_default().to_owned();
    let findings = result["findings"].as_array().unwrap();
    findings
        .iter()
        .map(|finding| {
            let address = text(&finding["resource"]["address"]);
            let reasons: Vec<String> = finding["reasons"]
                .as_array()
                .into_iter()
                .flatten()
                .map(text)
                .collect();
            let verdict = text(&finding["verdict"]);
            if reasons.is_empty() {
                format!("{address} {verdict}")
            } else {
                format!("{address} {verdict}: {}", reasons.join("; "))
            }
        })
        .collect()
}

fn required(version: &str) -> String {
    format!(
        "terraform {{\n  required_providers {{\n    aws = {{\n      source  = \"hashicorp/aws\"\n      version = \"{version}\"\n    }}\n  }}\n}}\n"
    )
}

const REDSHIFT: &str =
    "resource \"aws_redshift_cluster\" \"r\" {\n  cluster_identifier = \"r\"\n}\n";
const LOCK: &str = "provider \"registry.terraform.io/hashicorp/aws\" {\n  version     = \"6.4.0\"\n  constraints = \">= 5.0.0\"\n  hashes = [\n    \"h1:x\",\n  ]\n}\n";

/// `encrypted` of `aws_redshift_cluster` is off by default before version 6 of the provider, and on from then on.
#[test]
fn an_absent_argument_has_the_default_of_the_provider_in_force() {
    let policy = "redshift-unencrypted";
    let judged = |files: &[(&str, &str)]| verdicts(&Tree::with(files).unwrap(), ".", policy);
    let with = |version: &str| required(version) + REDSHIFT;
    assert_eq!(
        judged(&[("main.tf", &with("~> 5.0"))]),
        ["aws_redshift_cluster.r fail"]
    );
    for fixed in ["~> 6.0", ">= 6.1, < 7.0.0", "= 6.2.3"] {
        let found = judged(&[("main.tf", &with(fixed))]);
        assert!(
            found
                .iter()
                .all(|one| !one.contains("fail") && !one.contains("unknown")),
            "{fixed}: {found:?}"
        );
    }
    // The lock file has the last word where the constraint leaves it open.
    let locked = judged(&[("main.tf", &with(">= 5.0")), (".terraform.lock.hcl", LOCK)]);
    assert!(
        locked
            .iter()
            .all(|one| !one.contains("fail") && !one.contains("unknown")),
        "{locked:?}"
    );
    // Open: the verdict says on what it depends.
    for open in [with(">= 5.0"), REDSHIFT.to_owned()] {
        let found = judged(&[("main.tf", &open)]);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0].starts_with("aws_redshift_cluster.r unknown: ")
                && found[0].contains("version of the provider hashicorp/aws"),
            "{found:?}"
        );
    }
    // A module's own constraint counts together with the root's.
    let call = "module \"m\" {\n  source = \"./m\"\n}\n";
    let found = judged(&[
        ("main.tf", &(required(">= 5.0") + call)),
        ("m/main.tf", &with("< 6.0")),
    ]);
    assert_eq!(found, ["module.m.aws_redshift_cluster.r fail"]);
    // What is set needs no default.
    let set = REDSHIFT.replace("\"r\"\n}", "\"r\"\n  encrypted = false\n}");
    assert_eq!(
        judged(&[("main.tf", &set)]),
        ["aws_redshift_cluster.r fail"]
    );
}

/// A change of a plan.
fn change(type_: &str, name: &str, actions: &[&str], after: &Json, rest: &(Json, Json)) -> Json {
    json!({
        "address": format!("{type_}.{name}"),
        "mode": "managed",
        "type": type_,
        "name": name,
        "provider_name": "registry.terraform.io/hashicorp/aws",
        "change": {
            "actions": actions,
            "before": null,
            "after": after,
            "after_unknown": rest.0,
            "after_sensitive": rest.1,
        },
    })
}

/// A database that will be there, with all known of it.
fn created(name: &str, encrypted: bool) -> Json {
    let after = json!({"storage_encrypted": encrypted});
    let known = (json!({}), json!({}));
    change("aws_db_instance", name, &["create"], &after, &known)
}

fn plan(version: &str, changes: &[Json]) -> String {
    json!({
        "format_version": version,
        "terraform_version": "1.11.4",
        "resource_changes": changes,
    })
    .to_string()
}

#[test]
fn a_plan_is_judged_by_what_will_be() {
    let none = || (json!({}), json!({}));
    let text = plan(
        "1.2",
        &[
            change("aws_db_instance", "gone", &["delete"], &Json::Null, &none()),
            change(
                "aws_db_instance",
                "forgotten",
                &["forget"],
                &Json::Null,
                &none(),
            ),
            change(
                "aws_db_instance",
                "replaced",
                &["delete", "create"],
                &json!({"storage_encrypted": false}),
                &none(),
            ),
            change(
                "aws_db_instance",
                "kept",
                &["no-op"],
                &json!({"storage_encrypted": true}),
                &none(),
            ),
            // Optional, computed and not set: the provider decides, and it is not known how.
            change(
                "aws_db_instance",
                "computed",
                &["create"],
                &json!({"engine": "postgres"}),
                &(json!({"storage_encrypted": true}), json!({})),
            ),
            change(
                "aws_db_instance",
                "secret",
                &["create"],
                &json!({"storage_encrypted": false}),
                &(json!({}), json!({"storage_encrypted": true})),
            ),
        ],
    );
    let tree = Tree::with(&[("plan.json", &text)]).unwrap();
    let found = verdicts(&tree, "plan.json", "rds-storage-unencrypted");
    let heads: Vec<&str> = found
        .iter()
        .map(|one| one.split(':').next().unwrap())
        .collect();
    let mut sorted = heads.clone();
    sorted.sort_unstable();
    assert_eq!(
        sorted,
        [
            "aws_db_instance.computed unknown",
            "aws_db_instance.kept pass",
            "aws_db_instance.replaced fail",
            // A secret value is judged all the same.
            "aws_db_instance.secret fail",
        ]
    );
}

#[test]
fn every_format_version_1_is_read_and_another_is_told() {
    for version in ["1.0", "1.1", "1.2", "1.9"] {
        let tree = Tree::with(&[("plan.json", &plan(version, &[created("d", false)]))]).unwrap();
        assert_eq!(
            verdicts(&tree, "plan.json", "rds-storage-unencrypted"),
            ["aws_db_instance.d fail"],
            "{version}"
        );
    }
    let tree = Tree::with(&[("plan.json", &plan("2.0", &[created("d", false)]))]).unwrap();
    let ran = run_in(tree.path(), &["check", "plan.json"]).unwrap();
    assert_eq!(ran.code, 3, "{}", ran.stderr);
}

const MARKER: &str = "zq7markerzq7";

const FORMATS: [&str; 5] = ["text", "json", "sarif", "junit", "github"];

/// Every way in which the program shows what it read.
fn assert_silent(
    tree: &Tree,
    what: &str,
    formats: &[&str],
    more: &[&str],
    variables: &[(&str, &str)],
) {
    let mut runs: Vec<Vec<&str>> = formats
        .iter()
        .map(|format| vec!["check", what, "--show", "all", "--format", format])
        .collect();
    runs.extend(
        ["text", "json"]
            .into_iter()
            .map(|format| vec!["inspect", what, "--format", format]),
    );
    for mut arguments in runs {
        arguments.extend(more);
        let Ran { stdout, stderr, .. } =
            run_with(tree.path(), &arguments, variables, None).unwrap();
        assert!(!stderr.contains("Usage:"), "{arguments:?}: {stderr}");
        for text in [stdout, stderr] {
            let line = text.lines().find(|line| line.contains(MARKER));
            assert_eq!(line, None, "{arguments:?}");
        }
    }
}

/// Secrets that decide verdicts, so that findings point at them.
#[test]
fn a_secret_that_decides_a_verdict_is_not_shown() {
    let secret = "zq7markerzq7";
    let after = json!({
        "storage_encrypted": secret,
        "engine": secret,
        "engine_version": secret,
        "identifier": secret,
        "password": secret,
        "tags": {secret: "v", "k": secret},
        "parameter": [{"name": "rds.force_ssl", "value": secret}],
        "policy": format!("{{\"Statement\":[{{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"*\",\"Resource\":\"{secret}\"}}]}}"),
    });
    let mut marks = json!({});
    for (name, _) in after.as_object().unwrap() {
        marks[name] = json!(true);
    }
    let types = [
        "aws_db_instance",
        "aws_db_parameter_group",
        "aws_s3_bucket_policy",
        "aws_iam_policy",
        "aws_kms_key",
        "aws_lb_listener",
        "aws_security_group_rule",
    ];
    let changes: Vec<Json> = types
        .into_iter()
        .map(|type_| change(type_, "d", &["create"], &after, &(json!({}), marks.clone())))
        .collect();
    let tree = Tree::with(&[("plan.json", &plan("1.2", &changes))]).unwrap();
    assert_silent(&tree, "plan.json", &FORMATS, &[], &[]);

    // The same as a state file, and in the source by a variable.
    let instances = |mode: &str| {
        let resources: Vec<Json> = types
            .into_iter()
            .map(|type_| {
                let paths: Vec<Json> = after
                    .as_object()
                    .unwrap()
                    .keys()
                    .map(|name| json!([{"type": "get_attr", "value": name}]))
                    .collect();
                json!({
                    "mode": mode, "type": type_, "name": "d",
                    "provider": "provider[\"registry.terraform.io/hashicorp/aws\"]",
                    "instances": [{"schema_version": 0, "attributes": after, "sensitive_attributes": paths}],
                })
            })
            .collect();
        json!({"version": 4, "terraform_version": "1.11.4", "serial": 1, "lineage": "x", "outputs": {"o": {"value": secret, "type": "string", "sensitive": true}}, "resources": resources})
    };
    let tree = Tree::with(&[("terraform.tfstate", &instances("managed").to_string())]).unwrap();
    assert_silent(&tree, "terraform.tfstate", &FORMATS, &[], &[]);

    let mut source =
        String::from("variable \"s\" {\n  type      = string\n  sensitive = true\n}\n");
    for type_ in types {
        _ = write!(
            source,
            "resource \"{type_}\" \"d\" {{\n  storage_encrypted = var.s\n  engine = var.s\n  identifier = \"x-${{var.s}}\"\n  tags = {{ k = var.s }}\n  policy = jsonencode({{ Statement = [{{ Effect = \"Allow\", Principal = \"*\", Action = var.s, Resource = \"*\" }}] }})\n  parameter {{\n    name  = \"rds.force_ssl\"\n    value = var.s\n  }}\n}}\n"
        );
    }
    let tree = Tree::with(&[("main.tf", &source)]).unwrap();
    assert_silent(&tree, ".", &FORMATS, &[], &[("TF_VAR_s", secret)]);
    assert_silent(&tree, ".", &FORMATS, &["--var", "s=zq7markerzq7"], &[]);
    tree.write("terraform.tfvars", format!("s = \"{secret}\"\n").as_bytes())
        .unwrap();
    assert_silent(&tree, ".", &FORMATS, &[], &[]);
}

/// What is written in the source and marked there is on the lines that findings point at.
#[test]
fn the_line_of_a_secret_is_not_shown() {
    let resource = |value: &str| {
        format!(
            "resource \"aws_db_instance\" \"d\" {{\n  storage_encrypted = {value}\n}}\n\
             resource \"aws_lb_listener\" \"l\" {{\n  protocol = {value}\n  port = 80\n}}\n\
             resource \"aws_db_parameter_group\" \"p\" {{\n  family = \"postgres16\"\n  parameter {{\n    name  = \"rds.force_ssl\"\n    value = {value}\n  }}\n}}\n"
        )
    };
    let variable = "variable \"s\" {\n  sensitive = true\n  default   = \"zq7markerzq7\"\n}\n";
    for text in [
        variable.to_owned() + &resource("var.s"),
        resource("sensitive(\"zq7markerzq7\")"),
        "locals {\n  s = sensitive(\"zq7markerzq7\")\n}\n".to_owned() + &resource("local.s"),
        // The same text in plain sight: pointed at, and beside what is.
        resource("\"zq7markerzq7\" == \"x\"")
            + "resource \"aws_db_instance\" \"s\" {\n  identifier = var.s\n}\n"
            + variable,
        resource("false # zq7markerzq7")
            + "resource \"aws_db_instance\" \"s\" {\n  identifier = var.s\n}\n"
            + variable,
    ] {
        let tree = Tree::with(&[("main.tf", &text)]).unwrap();
        assert_silent(&tree, ".", &FORMATS, &[], &[]);
    }
}

/// Values of the wrong form are told by name and place alone.
#[test]
fn a_secret_of_the_wrong_form_is_not_shown() {
    let main = "variable \"list\" {\n  type      = list(string)\n  sensitive = true\n  default   = []\n}\n\
                variable \"number\" {\n  type      = number\n  sensitive = true\n  default   = 1\n}\n\
                variable \"object\" {\n  type      = object({ a = number })\n  sensitive = true\n  default   = { a = 1 }\n}\n\
                resource \"terraform_data\" \"r\" {\n  input = [var.list, var.number, var.object]\n}\n";
    let tree = Tree::with(&[("main.tf", main)]).unwrap();
    for (name, value) in [
        ("list", "[zq7markerzq7"),
        ("list", "zq7markerzq7"),
        ("list", "\"zq7markerzq7\""),
        ("number", "zq7markerzq7"),
        ("object", "{ a = \"zq7markerzq7\" }"),
        ("object", "{ zq7markerzq7 = \"1\" }"),
        ("object", "{ a = f(\"zq7markerzq7\") }"),
    ] {
        let assignment = format!("{name}={value}");
        assert_silent(&tree, ".", &["text", "json"], &["--var", &assignment], &[]);
        assert_silent(
            &tree,
            ".",
            &["text", "json"],
            &[],
            &[(&format!("TF_VAR_{name}"), value)],
        );
    }
    for text in [
        "number = \"zq7markerzq7\"\n",
        "object = { a = \"zq7markerzq7\" }\n",
        "list = [\"zq7markerzq7\"\n",
        "list = [f(\"zq7markerzq7\")]\n",
        "list = \"zq7markerzq7\n",
        "number = zq7markerzq7\n",
        "block {\n  a = \"zq7markerzq7\"\n}\n",
    ] {
        let tree = Tree::with(&[("main.tf", main), ("terraform.tfvars", text)]).unwrap();
        assert_silent(&tree, ".", &["text", "json"], &[], &[]);
        let tree = Tree::with(&[("main.tf", main), ("other.tfvars", text)]).unwrap();
        assert_silent(
            &tree,
            ".",
            &["text", "json"],
            &["--var-file", "other.tfvars"],
            &[],
        );
    }
    for text in [
        "{\"number\": \"zq7markerzq7\"}",
        "{\"list\": [\"zq7markerzq7\"",
        "{\"object\": {\"a\": \"${zq7markerzq7\"}}",
    ] {
        let tree = Tree::with(&[("main.tf", main), ("terraform.tfvars.json", text)]).unwrap();
        assert_silent(&tree, ".", &["text", "json"], &[], &[]);
    }
    // As the default of the variable, with what the real program says of the value.
    let wrong = main.replace("default   = 1\n", "default   = \"zq7markerzq7\"\n");
    let tree = Tree::with(&[("main.tf", &wrong)]).unwrap();
    assert_silent(&tree, ".", &["text", "json"], &[], &[]);
    // In what is checked of a variable.
    let checked = "variable \"v\" {\n  type      = string\n  sensitive = true\n  validation {\n    condition     = length(var.v) < 3\n    error_message = \"${var.v} is too long\"\n  }\n}\n\
                   resource \"terraform_data\" \"r\" {\n  input = var.v\n  lifecycle {\n    precondition {\n      condition     = var.v == \"a\"\n      error_message = \"not ${var.v}\"\n    }\n  }\n}\n";
    let tree = Tree::with(&[("main.tf", checked)]).unwrap();
    assert_silent(
        &tree,
        ".",
        &["text", "json"],
        &["--var", "v=zq7markerzq7"],
        &[],
    );
}

/// Two buckets and a public access block, as the plan of [`source_of_blocks`] holds them; `references` is what the plan says
/// of the block's bucket.
fn plan_of_blocks(key: &str, variables: &Json, references: &Json) -> String {
    let bucket = |key: &str| {
        let mut bucket = change(
            "aws_s3_bucket",
            "b",
            &["create"],
            &json!({"force_destroy": false}),
            &(json!({"arn": true, "bucket": true, "id": true}), json!({})),
        );
        bucket["address"] = json!(format!("aws_s3_bucket.b[\"{key}\"]"));
        bucket["index"] = json!(key);
        bucket
    };
    let mut block = change(
        "aws_s3_bucket_public_access_block",
        "p",
        &["create"],
        &json!({"block_public_acls": true, "block_public_policy": true, "ignore_public_acls": true, "restrict_public_buckets": true}),
        &(json!({"bucket": true, "id": true}), json!({})),
    );
    if !key.is_empty() {
        block["address"] = json!(format!("aws_s3_bucket_public_access_block.p[\"{key}\"]"));
        block["index"] = json!(key);
    }
    json!({
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "variables": variables,
        "resource_changes": [bucket("x"), bucket("y"), block],
        "configuration": {"root_module": {"resources": [
            {"address": "aws_s3_bucket.b", "mode": "managed", "type": "aws_s3_bucket", "name": "b"},
            {
                "address": "aws_s3_bucket_public_access_block.p",
                "mode": "managed",
                "type": "aws_s3_bucket_public_access_block",
                "name": "p",
                "expressions": {"bucket": {"references": references}},
            },
        ]}},
    })
    .to_string()
}

/// `rest` are the lines of the public access block that say which bucket it is of.
fn source_of_blocks(rest: &str) -> String {
    format!(
        "resource \"aws_s3_bucket\" \"b\" {{\n  for_each = toset([\"x\", \"y\"])\n}}\nresource \"aws_s3_bucket_public_access_block\" \"p\" {{\n  {rest}\n  block_public_acls = true\n  block_public_policy = true\n  ignore_public_acls = true\n  restrict_public_buckets = true\n}}\n"
    )
}

/// The verdicts on the buckets x and y of the plan, read beside its source, and the file that is pointed at.
fn joined(plan: &str, source: &str) -> (String, String, String) {
    let tree = Tree::with(&[("plan.json", plan), ("src/main.tf", source)]).unwrap();
    let result = crate::json(
        &tree,
        &[
            "plan.json",
            "src",
            "--only",
            "s3-bucket-public-access-not-blocked",
            "--show",
            "all",
        ],
    )
    .json();
    let of = |key: &str| {
        let found = result["findings"].as_array().unwrap().iter().find(|one| {
            one["resource"]["root"] == "plan.json"
                && one["resource"]["address"] == format!("aws_s3_bucket.b[\"{key}\"]")
        });
        let found = found.unwrap();
        let text = |json: &Json| json.as_str().unwrap().to_owned();
        (text(&found["verdict"]), text(&found["resource"]["file"]))
    };
    let ((x, file), (y, _)) = (of("x"), of("y"));
    (x, y, file)
}

#[test]
fn the_source_beside_a_plan_turns_no_verdict_round() {
    let expect = |found: (String, String, String), x: &str, y: &str| {
        let found = (found.0.as_str(), found.1.as_str(), found.2.as_str());
        assert_eq!(found, (x, y, "src/main.tf"));
    };
    // An instance that the source holds only with other variables.
    let by_key = json!(["aws_s3_bucket.b", "each.key"]);
    let each = "for_each = toset(var.protected)\n  bucket = aws_s3_bucket.b[each.key].id";
    let default = "variable \"protected\" {\n  default = [\"x\"]\n}\n";
    let source = default.to_owned() + &source_of_blocks(each);
    let with = plan_of_blocks("y", &json!({"protected": {"value": ["y"]}}), &by_key);
    expect(joined(&with, &source), "fail", "pass");
    let without = plan_of_blocks("y", &json!({}), &by_key);
    expect(joined(&without, &source), "unknown", "unknown");

    // The same address with other variables. The source knows what the plan does not say, with the plan's own.
    let which = "variable \"which\" {\n  default = \"x\"\n}\n";
    let source = which.to_owned() + &source_of_blocks("bucket = aws_s3_bucket.b[var.which].id");
    let by_variable = json!(["aws_s3_bucket.b", "var.which"]);
    let with = plan_of_blocks("", &json!({"which": {"value": "y"}}), &by_variable);
    expect(joined(&with, &source), "fail", "pass");
    let without = plan_of_blocks("", &json!({}), &by_variable);
    expect(joined(&without, &source), "unknown", "unknown");

    // The workspace is not in the plan.
    let source = source_of_blocks(
        "bucket = aws_s3_bucket.b[terraform.workspace == \"default\" ? \"x\" : \"y\"].id",
    );
    let by_workspace = json!(["aws_s3_bucket.b", "terraform.workspace"]);
    let plan = plan_of_blocks("", &json!({}), &by_workspace);
    expect(joined(&plan, &source), "unknown", "unknown");
}

#[test]
fn a_source_that_is_not_the_plans_gives_places_alone() {
    // It was changed since.
    let by_index = json!([
        "aws_s3_bucket.b[\"y\"].id",
        "aws_s3_bucket.b[\"y\"]",
        "aws_s3_bucket.b"
    ]);
    let plan = plan_of_blocks("", &json!({}), &by_index);
    let source = source_of_blocks("bucket = aws_s3_bucket.b[\"x\"].id");
    let (x, y, file) = joined(&plan, &source);
    assert_eq!((&*x, &*y, &*file), ("fail", "pass", "src/main.tf"));
    // What the plan knows is another.
    let by_local = json!(["local.id"]);
    let plan = plan_of_blocks("", &json!({}), &by_local);
    let local = "locals {\n  id = aws_s3_bucket.b[\"x\"].id\n}\n";
    let source = local.to_owned() + &source_of_blocks("bucket = local.id");
    let (x, y, _) = joined(&plan, &source);
    assert_eq!((&*x, &*y), ("pass", "fail"));
    let other = source.replace("block_public_acls = true", "block_public_acls = false");
    let (x, y, _) = joined(&plan, &other);
    assert_eq!((&*x, &*y), ("unknown", "unknown"));
}

#[test]
fn a_plan_that_is_not_as_terraform_writes_it_passes_nothing() {
    let whole = created("d", true);
    let mut without = whole.clone();
    without["change"]["after"] = Json::Null;
    without["address"] = json!("aws_db_instance.e");
    let text = plan("1.2", &[whole, without]);
    let tree = Tree::with(&[("plan.json", &text)]).unwrap();
    let ran = crate::json(
        &tree,
        &[
            "plan.json",
            "--only",
            "rds-storage-unencrypted",
            "--show",
            "all",
        ],
    );
    assert_eq!(ran.code, 3, "{}", ran.stdout);
    let told = &ran.json()["diagnostics"][0];
    assert_eq!(
        (&told["code"], &told["file"]),
        (&json!("plan-shape"), &json!("plan.json"))
    );
    assert!(
        told["message"]
            .as_str()
            .unwrap()
            .contains("aws_db_instance.e has no `after`")
    );
    assert_eq!(
        verdicts(&tree, "plan.json", "rds-storage-unencrypted"),
        ["aws_db_instance.d pass"]
    );
}

/// References as Terraform 1.11 writes them.
#[test]
fn a_password_from_outside_is_not_written_in_the_configuration() {
    let policy = "database-password-literal";
    let judged = |expression: &Json| {
        let changed = change(
            "aws_db_instance",
            "d",
            &["create"],
            &json!({"password": "Zq7-outside"}),
            &(json!({}), json!({"password": true})),
        );
        let plan = json!({
            "format_version": "1.2",
            "terraform_version": "1.11.4",
            "variables": {"given": {"value": "Zq7-outside"}, "default": {"value": "Zq7-outside"}},
            "resource_changes": [changed],
            "configuration": {"root_module": {
                "resources": [{
                    "address": "aws_db_instance.d", "mode": "managed", "type": "aws_db_instance", "name": "d",
                    "expressions": {"password": expression},
                }],
                "variables": {"given": {"sensitive": true}, "default": {"default": "Zq7-outside"}},
            }},
        });
        let tree = Tree::with(&[("plan.json", &plan.to_string())]).unwrap();
        verdicts(&tree, "plan.json", policy)
    };
    let unclear = "aws_db_instance.d unknown: the plan or state does not say whether the value is written in the configuration";
    let secret = "data.aws_secretsmanager_secret_version.s";
    for (expression, verdict) in [
        // It may be that of a variable file.
        (json!({"references": ["var.given"]}), unclear),
        (
            json!({"references": [format!("{secret}.secret_string"), secret]}),
            "aws_db_instance.d pass",
        ),
        (
            json!({"references": ["var.default"]}),
            "aws_db_instance.d fail",
        ),
        (
            json!({"constant_value": "Zq7-outside"}),
            "aws_db_instance.d fail",
        ),
        (json!({"references": ["local.password"]}), unclear),
        (json!({}), unclear),
    ] {
        assert_eq!(judged(&expression), [verdict], "{expression}");
    }
    // The source with the variable from the environment, and from a file among those that are checked.
    let source =
        "variable \"p\" {\n}\nresource \"aws_db_instance\" \"d\" {\n  password = var.p\n}\n";
    let check = ["check", ".", "--only", policy];
    let tree = Tree::with(&[("main.tf", source)]).unwrap();
    let given = [("TF_VAR_p", "Zq7-outside")];
    let ran = run_with(tree.path(), &check, &given, None).unwrap();
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    tree.write("terraform.tfvars", b"p = \"Zq7-outside\"\n")
        .unwrap();
    let ran = run_with(tree.path(), &check, &[], None).unwrap();
    assert_eq!(ran.code, 1, "{}{}", ran.stdout, ran.stderr);
}

#[test]
fn a_finding_says_that_its_value_comes_from_the_plan() {
    let changed = created("d", false);
    let source = "resource \"aws_db_instance\" \"d\" {\n  storage_encrypted = true\n}\n";
    let files = [
        ("plan.json", plan("1.2", &[changed])),
        ("main.tf", source.to_owned()),
    ];
    let files = files.each_ref().map(|(name, text)| (*name, text.as_str()));
    let tree = Tree::with(&files).unwrap();
    let arguments = ["check", ".", "--only", "rds-storage-unencrypted"];
    let ran = run_in(tree.path(), &arguments).unwrap();
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(
        ran.stdout
            .contains("value comes from the plan, plan.json:1"),
        "{}",
        ran.stdout
    );
}

#[test]
fn a_plan_from_a_pipe_is_joined_with_the_source_that_is_named() {
    let changed = change(
        "aws_db_instance",
        "d",
        &["create"],
        &json!({"storage_encrypted": false}),
        &(json!({}), json!({})),
    );
    let plan = plan("1.2", &[changed]);
    let source = "resource \"aws_db_instance\" \"d\" {\n  engine = \"postgres\"\n  storage_encrypted = true\n}\n";
    let tree = Tree::with(&[("infra/main.tf", source), ("plan.json", &plan)]).unwrap();
    let check = |paths: &[&str], input: Option<&str>| {
        let mut arguments = vec!["check", "--only", "rds-storage-unencrypted"];
        arguments.extend(paths);
        let ran = run_with(tree.path(), &arguments, &[], input).unwrap();
        assert_eq!(ran.code, 1, "{paths:?}: {}", ran.stderr);
        ran.stdout
    };
    for (paths, input, plan_path) in [
        (["-", "infra"], Some(plan.as_str()), "<stdin>"),
        (["infra/main.tf", "-"], Some(plan.as_str()), "<stdin>"),
        (["plan.json", "infra"], None, "plan.json"),
    ] {
        let told = check(&paths, input);
        let origin = format!("value comes from the plan, {plan_path}:1");
        assert!(
            told.contains("infra/main.tf:3:") && told.contains(&origin),
            "{paths:?}: {told}"
        );
    }
    // Without the source the plan is all there is.
    let told = check(&["-"], Some(plan.as_str()));
    assert!(told.contains("<stdin>:1:"), "{told}");
}

/// What the source alone says stays.
#[test]
fn what_a_plan_and_its_source_say_alike_is_reported_once() {
    let none = (json!({}), json!({}));
    let gone = change("aws_db_instance", "gone", &["delete"], &Json::Null, &none);
    let changes = [created("alike", false), created("other", true), gone];
    let text = plan("1.2", &changes);
    let source: String =
        ["alike", "other", "gone", "left_out"]
            .iter()
            .fold(String::new(), |mut text, name| {
                let _ = write!(
                    text,
                    "resource \"aws_db_instance\" \"{name}\" {{\n  storage_encrypted = false\n}}\n"
                );
                text
            });
    let found = |files: &[(&str, &str)]| -> Vec<String> {
        let tree = Tree::with(files).unwrap();
        let result = crate::json(
            &tree,
            &["--only", "rds-storage-unencrypted", "--show", "all"],
        )
        .json();
        let findings = result["findings"].as_array().unwrap();
        let mut found: Vec<String> = findings
            .iter()
            .map(|one| {
                let resource = &one["resource"];
                let text = |json: &Json| json.as_str().unwrap().to_owned();
                format!(
                    "{} {} {}",
                    text(&resource["root"]),
                    text(&resource["address"]),
                    text(&one["verdict"])
                )
            })
            .collect();
        found.sort_unstable();
        found
    };
    assert_eq!(
        found(&[("src/plan.json", &text), ("src/main.tf", &source)]),
        [
            "src aws_db_instance.gone fail",
            "src aws_db_instance.left_out fail",
            "src aws_db_instance.other fail",
            "src/plan.json aws_db_instance.alike fail",
            "src/plan.json aws_db_instance.other pass",
        ]
    );
    // Another root with the same resource.
    let other = found(&[
        ("src/plan.json", &text),
        ("src/main.tf", &source),
        ("else/main.tf", &source),
    ]);
    assert!(
        other.contains(&"else aws_db_instance.alike fail".to_owned())
            && !other.contains(&"src aws_db_instance.alike fail".to_owned()),
        "{other:?}"
    );
}

#[test]
fn a_null_of_a_plan_is_told_where_the_source_says_otherwise() {
    let after = json!({"engine": "postgres", "storage_encrypted": null});
    let none = (json!({}), json!({}));
    let made = change("aws_db_instance", "d", &["create"], &after, &none);
    let text = plan("1.2", &[made]);
    for (argument, line, origin) in [
        ("storage_encrypted = true", 2, Some("the plan")),
        // The source does not set it either, so the head of its block is the place.
        ("engine = \"postgres\"", 1, None),
    ] {
        let source = format!("resource \"aws_db_instance\" \"d\" {{\n  {argument}\n}}\n");
        let tree = Tree::with(&[("plan.json", &text), ("main.tf", &source)]).unwrap();
        let result = crate::json(&tree, &["--only", "rds-storage-unencrypted"]).json();
        let findings = result["findings"].as_array().unwrap();
        assert_eq!(findings.len(), 1, "{result}");
        let (at, from) = (&findings[0]["resource"], &findings[0]["origin"]);
        assert_eq!(
            (&at["file"], &at["line"]),
            (&json!("main.tf"), &json!(line)),
            "{argument}"
        );
        assert_eq!(from["what"].as_str(), origin, "{argument}");
    }
}
