//! No pass that was not earned: what only may be so is said to be unknown.
#![expect(clippy::panic, reason = "tests")]

use hipaa_iac_tests::{Tree, run_in};

/// `address verdict` of everything that a policy says of a tree, in the order of the report.
fn verdicts(files: &[(&str, &str)], policy: &str) -> Vec<String> {
    let tree = Tree::with(files).unwrap();
    let ran = run_in(
        tree.path(),
        &[
            "check",
            ".",
            "--only",
            policy,
            "--show",
            "all",
            "--format",
            "json",
            "--as-of=2026-11-24",
        ],
    )
    .unwrap();
    let result = ran.json();
    let findings = result["findings"]
        .as_array()
        .unwrap_or_else(|| panic!("{}{}", ran.stdout, ran.stderr));
    let mut all: Vec<String> = findings
        .iter()
        .map(|finding| {
            format!(
                "{} {}",
                finding["resource"]["address"].as_str().unwrap(),
                finding["verdict"].as_str().unwrap()
            )
        })
        .collect();
    all.sort();
    all
}

/// What is said of one address.
fn verdict(files: &[(&str, &str)], policy: &str, address: &str) -> String {
    let all = verdicts(files, policy);
    let of: Vec<&str> = all
        .iter()
        .filter_map(|line| line.strip_prefix(address)?.strip_prefix(' '))
        .collect();
    of.join(",")
}

fn versioning(bucket: &str) -> String {
    format!(
        "variable \"which\" {{ type = string }}\nvariable \"cond\" {{ type = bool }}\nresource \"aws_s3_bucket\" \"a\" {{ bucket = \"phi\" }}\nresource \"aws_s3_bucket\" \"b\" {{ bucket = \"other\" }}\nresource \"aws_s3_bucket\" \"each\" {{\n  for_each = toset([\"x\", \"y\"])\n}}\nresource \"aws_s3_bucket_policy\" \"a\" {{\n  bucket = aws_s3_bucket.a.id\n  policy = \"\"\n}}\nresource \"aws_s3_bucket_versioning\" \"v\" {{\n  bucket = {bucket}\n  versioning_configuration {{ status = \"Enabled\" }}\n}}\n"
    )
}

#[test]
fn a_companion_counts_for_the_resource_that_it_certainly_names() {
    let of = |bucket: &str, address: &str| {
        verdict(
            &[("main.tf", &versioning(bucket))],
            "s3-bucket-versioning-disabled",
            address,
        )
    };
    for (bucket, a, x) in [
        ("aws_s3_bucket.a.id", "pass", "fail"),
        ("aws_s3_bucket.a.bucket", "pass", "fail"),
        ("\"phi\"", "pass", "fail"),
        ("aws_s3_bucket_policy.a.bucket", "pass", "fail"),
        ("\"${aws_s3_bucket.a.id}\"", "pass", "fail"),
        ("aws_s3_bucket.each[\"x\"].id", "fail", "pass"),
        (
            "var.cond ? aws_s3_bucket.a.id : aws_s3_bucket.b.id",
            "unknown",
            "fail",
        ),
        ("var.cond ? \"phi\" : \"other\"", "unknown", "fail"),
        ("\"${aws_s3_bucket.a.id}-logs\"", "unknown", "fail"),
        ("\"${aws_s3_bucket.a.bucket}-logs\"", "fail", "fail"),
        (
            "coalesce(var.which, aws_s3_bucket.a.id)",
            "unknown",
            "unknown",
        ),
        ("aws_s3_bucket.each[var.which].id", "fail", "unknown"),
        ("var.which", "unknown", "unknown"),
    ] {
        assert_eq!(of(bucket, "aws_s3_bucket.a"), a, "{bucket}");
        assert_eq!(of(bucket, "aws_s3_bucket.each[\"x\"]"), x, "{bucket}");
    }
}

#[test]
fn one_of_an_unknown_number_of_instances_is_not_each_of_them() {
    let text = "variable \"names\" { type = set(string) }\nresource \"aws_s3_bucket\" \"b\" { for_each = var.names }\nresource \"aws_s3_bucket_versioning\" \"v\" {\n  bucket = aws_s3_bucket.b[\"one\"].id\n  versioning_configuration { status = \"Enabled\" }\n}\n";
    assert_eq!(
        verdict(
            &[("main.tf", text)],
            "s3-bucket-versioning-disabled",
            "aws_s3_bucket.b[*]"
        ),
        "unknown"
    );
}

#[test]
fn instances_of_a_plan_pair_by_key() {
    let resource = |type_: &str, name: &str, key: &str, values: &str| {
        format!(
            "{{\"address\": \"{type_}.{name}[\\\"{key}\\\"]\", \"mode\": \"managed\", \"type\": \"{type_}\", \"name\": \"{name}\", \"index\": \"{key}\", \"provider_name\": \"registry.terraform.io/hashicorp/aws\", \"values\": {values}, \"change\": {{\"actions\": [\"create\"], \"before\": null, \"after\": {values}, \"after_unknown\": {{\"id\": true, \"bucket\": true}}}}}}"
        )
    };
    let all = [
        resource("aws_s3_bucket", "b", "one", "{}"),
        resource("aws_s3_bucket", "b", "two", "{}"),
        resource(
            "aws_s3_bucket_versioning",
            "v",
            "one",
            "{\"versioning_configuration\": [{\"status\": \"Enabled\"}]}",
        ),
    ]
    .join(", ");
    let plan = |references: &str| {
        format!(
            "{{\"format_version\": \"1.2\", \"planned_values\": {{\"root_module\": {{\"resources\": [{all}]}}}}, \"resource_changes\": [{all}], \"configuration\": {{\"root_module\": {{\"resources\": [{{\"address\": \"aws_s3_bucket.b\", \"mode\": \"managed\", \"type\": \"aws_s3_bucket\", \"name\": \"b\", \"expressions\": {{}}}}, {{\"address\": \"aws_s3_bucket_versioning.v\", \"mode\": \"managed\", \"type\": \"aws_s3_bucket_versioning\", \"name\": \"v\", \"expressions\": {{\"bucket\": {{\"references\": {references}}}}}}}]}}}}}}"
        )
    };
    let of = |references: &str, key: &str| {
        verdict(
            &[("plan.json", &plan(references))],
            "s3-bucket-versioning-disabled",
            &format!("aws_s3_bucket.b[\"{key}\"]"),
        )
    };
    let by_key = "[\"aws_s3_bucket.b\", \"each.key\"]";
    assert_eq!(
        (of(by_key, "one").as_str(), of(by_key, "two").as_str()),
        ("pass", "fail")
    );
    let by_value = "[\"aws_s3_bucket.b\", \"each.value\"]";
    assert_eq!(
        (of(by_value, "one").as_str(), of(by_value, "two").as_str()),
        ("unknown", "unknown")
    );
}

#[test]
fn a_block_that_may_not_be_there_may_be_absent() {
    let dynamic = |of: &str, status: &str| {
        format!(
            "variable \"list\" {{}}\nvariable \"cond\" {{ type = bool }}\nresource \"aws_s3_bucket_versioning\" \"v\" {{\n  bucket = \"x\"\n  dynamic \"versioning_configuration\" {{\n    for_each = {of}\n    content {{ status = \"{status}\" }}\n  }}\n}}\n"
        )
    };
    let of = |each: &str, status: &str| {
        verdict(
            &[("main.tf", &dynamic(each, status))],
            "s3-bucket-versioning-disabled",
            "aws_s3_bucket_versioning.v",
        )
    };
    assert_eq!(of("[1]", "Enabled"), "pass");
    assert_eq!(of("var.list", "Enabled"), "unknown");
    assert_eq!(of("var.cond ? [1] : []", "Enabled"), "unknown");
    assert_eq!(
        of("var.list", "Suspended"),
        "fail",
        "without the block it fails as well"
    );
    assert_eq!(of("[]", "Enabled"), "fail");
}
