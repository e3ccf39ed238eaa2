//! No pass that was not earned: what only may be so is said to be unknown.

use hipaa_iac_tests::{Tree, run_in};

use crate::json;

/// `address verdict` of everything that a policy says of a tree, sorted.
fn verdicts(files: &[(&str, &str)], policy: &str) -> Vec<String> {
    let mut all = crate::verdicts(&Tree::with(files).unwrap(), policy, &[]);
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
fn no_resource_passes_for_a_companion_that_is_wrong() {
    let said = |policy: &str, text: &str, address: &str| {
        let text = format!("variable \"v\" {{}}\n{text}");
        verdict(&[("main.tf", &text)], policy, address)
    };
    let bucket = |type_: &str, rest: &str| {
        format!(
            "resource \"aws_s3_bucket\" \"b\" {{}}\nresource \"aws_s3_bucket_{type_}\" \"c\" {{\n  bucket = aws_s3_bucket.b.id\n  {rest}\n}}\n"
        )
    };
    let versioning = |status: &str| {
        bucket(
            "versioning",
            &format!("versioning_configuration {{\n    status = {status}\n  }}"),
        )
    };
    let block = |last: &str| {
        let on =
            "block_public_acls = true\n  block_public_policy = true\n  ignore_public_acls = true";
        let rest = format!("{on}\n  restrict_public_buckets = {last}");
        bucket("public_access_block", &rest)
    };
    let encryption = |algorithm: &str| {
        let inner = format!(
            "apply_server_side_encryption_by_default {{\n      sse_algorithm = {algorithm}\n    }}"
        );
        bucket(
            "server_side_encryption_configuration",
            &format!("rule {{\n    {inner}\n  }}"),
        )
    };
    let lock = |days: &str| {
        format!(
            "resource \"aws_backup_vault\" \"v\" {{ name = \"v\" }}\nresource \"aws_backup_vault_lock_configuration\" \"c\" {{\n  backup_vault_name  = aws_backup_vault.v.name\n  min_retention_days = {days}\n}}\n"
        )
    };
    let audit = |enabled: &str| {
        format!(
            "resource \"azurerm_mssql_server\" \"s\" {{}}\nresource \"azurerm_mssql_server_extended_auditing_policy\" \"c\" {{\n  server_id = azurerm_mssql_server.s.id\n  enabled   = {enabled}\n}}\n"
        )
    };
    let cases = |of: &dyn Fn(&str) -> String, good: &str, bad: &str| {
        [
            (of(good), "pass"),
            (of(bad), "not-applicable"),
            (of("var.v"), "unknown"),
        ]
    };
    let (kms, aes) = ("\"aws:kms\"", "\"AES256\"");
    for (policy, address, cases) in [
        (
            "s3-bucket-versioning-disabled",
            "aws_s3_bucket.b",
            cases(&versioning, "\"Enabled\"", "\"Suspended\""),
        ),
        (
            "s3-bucket-public-access-not-blocked",
            "aws_s3_bucket.b",
            cases(&block, "true", "false"),
        ),
        (
            "s3-bucket-without-customer-key",
            "aws_s3_bucket.b",
            cases(&encryption, kms, aes),
        ),
        (
            "s3-bucket-encryption-not-declared",
            "aws_s3_bucket.b",
            cases(&encryption, aes, "\"none\""),
        ),
        (
            "backup-vault-deletable",
            "aws_backup_vault.v",
            cases(&lock, "35", "7"),
        ),
        (
            "azure-sql-auditing-off",
            "azurerm_mssql_server.s",
            cases(&audit, "true", "false"),
        ),
    ] {
        for (text, expected) in cases {
            assert_eq!(said(policy, &text, address), expected, "{policy}: {text}");
        }
    }
    // What such a policy says is judged where it stands.
    let plain = "policy = jsonencode({ Statement = [] })";
    for (policy, text, address) in [
        (
            "s3-bucket-plaintext-allowed",
            bucket("policy", plain),
            "aws_s3_bucket.b",
        ),
        (
            "efs-plaintext-allowed",
            format!(
                "resource \"aws_efs_file_system\" \"f\" {{}}\nresource \"aws_efs_file_system_policy\" \"c\" {{\n  file_system_id = aws_efs_file_system.f.id\n  {plain}\n}}\n"
            ),
            "aws_efs_file_system.f",
        ),
    ] {
        assert_eq!(said(policy, &text, address), "not-applicable", "{policy}");
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
fn a_plan_does_not_tell_which_instance_an_argument_mentions() {
    let resource = |type_: &str, name: &str, key: &str, values: &str| {
        format!(
            "{{\"address\": \"{type_}.{name}[\\\"{key}\\\"]\", \"mode\": \"managed\", \"type\": \"{type_}\", \"name\": \"{name}\", \"index\": \"{key}\", \"provider_name\": \"registry.terraform.io/hashicorp/aws\", \"values\": {values}, \"change\": {{\"actions\": [\"create\"], \"before\": null, \"after\": {values}, \"after_unknown\": {{\"id\": true, \"bucket\": true}}}}}}"
        )
    };
    let versioning = resource(
        "aws_s3_bucket_versioning",
        "v",
        "one",
        "{\"versioning_configuration\": [{\"status\": \"Enabled\"}]}",
    );
    let bucket = |key: &str| resource("aws_s3_bucket", "b", key, "{}");
    let plan = |all: &[String], references: &str| {
        let all = all.join(", ");
        format!(
            "{{\"format_version\": \"1.2\", \"planned_values\": {{\"root_module\": {{\"resources\": [{all}]}}}}, \"resource_changes\": [{all}], \"configuration\": {{\"root_module\": {{\"resources\": [{{\"address\": \"aws_s3_bucket.b\", \"mode\": \"managed\", \"type\": \"aws_s3_bucket\", \"name\": \"b\", \"expressions\": {{}}}}, {{\"address\": \"aws_s3_bucket_versioning.v\", \"mode\": \"managed\", \"type\": \"aws_s3_bucket_versioning\", \"name\": \"v\", \"expressions\": {{\"bucket\": {{\"references\": {references}}}}}}}]}}}}}}"
        )
    };
    let of = |keys: &[&str], references: &str| {
        let buckets = keys.iter().map(|key| bucket(key));
        let all: Vec<String> = buckets.chain([versioning.clone()]).collect();
        let text = plan(&all, references);
        let of_key = |key: &&str| {
            verdict(
                &[("plan.json", &text)],
                "s3-bucket-versioning-disabled",
                &format!("aws_s3_bucket.b[\"{key}\"]"),
            )
        };
        keys.iter().map(of_key).collect::<Vec<_>>().join(" ")
    };
    // Of `b[each.key]` and `b["${each.key}-logs"]` Terraform writes the same.
    let by_key = r#"["aws_s3_bucket.b", "each.key"]"#;
    assert_eq!(of(&["one", "two"], by_key), "unknown unknown");
    assert_eq!(of(&["one"], by_key), "pass", "there is no other");
    let by_value = r#"["aws_s3_bucket.b", "each.value"]"#;
    assert_eq!(of(&["one", "two"], by_value), "unknown unknown");
    let named = r#"["aws_s3_bucket.b[\"two\"].id", "aws_s3_bucket.b[\"two\"]", "aws_s3_bucket.b"]"#;
    assert_eq!(of(&["one", "two"], named), "fail pass");
    // What a local value holds is not in a plan: it may be any bucket.
    let or_local = named.replacen('[', "[\"local.id\", ", 1);
    assert_eq!(of(&["one", "two"], &or_local), "unknown unknown");
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

#[test]
fn actions_that_may_be_anything_may_be_everything() {
    let of = |statement: &str| {
        let text = format!(
            "variable \"more\" {{}}\nvariable \"cond\" {{ type = bool }}\nresource \"aws_iam_policy\" \"p\" {{\n  policy = jsonencode({{ Statement = [{statement}] }})\n}}\n"
        );
        verdict(
            &[("main.tf", &text)],
            "iam-policy-full-admin",
            "aws_iam_policy.p",
        )
    };
    let allow = |action: &str| {
        of(&format!(
            "{{ Effect = \"Allow\", Action = {action}, Resource = \"*\" }}"
        ))
    };
    assert_eq!(allow("[\"s3:GetObject\"]"), "pass");
    assert_eq!(allow("concat([\"s3:GetObject\"], [\"*\"])"), "fail");
    assert_eq!(allow("concat([\"s3:GetObject\"], var.more)"), "unknown");
    assert_eq!(allow("var.cond ? [\"s3:GetObject\"] : [\"*\"]"), "unknown");
    assert_eq!(
        allow("var.cond ? [\"s3:GetObject\"] : [\"s3:PutObject\"]"),
        "pass"
    );
    assert_eq!(allow("var.more"), "unknown");
}

#[test]
fn documents_of_data_sources_count_where_they_are_certain() {
    let document = |name: &str, effect: &str| {
        format!(
            "data \"aws_iam_policy_document\" \"{name}\" {{\n  statement {{\n    sid       = \"tls\"\n    effect    = \"{effect}\"\n    actions   = [\"s3:*\"]\n    resources = [\"*\"]\n    principals {{\n      type        = \"*\"\n      identifiers = [\"*\"]\n    }}\n    condition {{\n      test     = \"Bool\"\n      variable = \"aws:SecureTransport\"\n      values   = [\"false\"]\n    }}\n  }}\n}}\n"
        )
    };
    let of = |more: &str, policy: &str| {
        let text = format!(
            "variable \"cond\" {{ type = bool }}\nvariable \"extra\" {{ type = string }}\n{}{}{more}resource \"aws_s3_bucket\" \"b\" {{ bucket = \"b\" }}\nresource \"aws_s3_bucket_policy\" \"p\" {{\n  bucket = aws_s3_bucket.b.id\n  policy = {policy}\n}}\n",
            document("deny", "Deny"),
            document("allow", "Allow")
        );
        verdict(
            &[("main.tf", &text)],
            "s3-bucket-plaintext-allowed",
            "aws_s3_bucket_policy.p",
        )
    };
    assert_eq!(of("", "data.aws_iam_policy_document.deny.json"), "pass");
    assert_eq!(of("", "data.aws_iam_policy_document.allow.json"), "fail");
    assert_eq!(
        of(
            "",
            "var.cond ? data.aws_iam_policy_document.deny.json : data.aws_iam_policy_document.allow.json"
        ),
        "unknown"
    );
    // With a part that is not known, the document is followed; what a function makes of it is another text.
    let open = "data \"aws_iam_policy_document\" \"open\" {\n  statement {\n    effect    = \"Deny\"\n    actions   = [\"s3:*\"]\n    resources = [\"*\", \"${aws_s3_bucket.b.arn}/*\"]\n    principals {\n      type        = \"*\"\n      identifiers = [\"*\"]\n    }\n    condition {\n      test     = \"Bool\"\n      variable = \"aws:SecureTransport\"\n      values   = [\"false\"]\n    }\n  }\n}\nlocals {\n  open = data.aws_iam_policy_document.open.json\n}\n";
    for same in [
        "data.aws_iam_policy_document.open.json",
        "\"${data.aws_iam_policy_document.open.json}\"",
        "local.open",
    ] {
        assert_eq!(of(open, same), "pass", "{same}");
    }
    for made in [
        "replace(data.aws_iam_policy_document.open.json, \"Deny\", \"Allow\")",
        "base64encode(local.open)",
        "upper(local.open)",
    ] {
        assert_eq!(of(open, made), "unknown", "{made}");
    }
    let merged = |arguments: &str| {
        of(
            &format!("data \"aws_iam_policy_document\" \"m\" {{\n{arguments}\n}}\n"),
            "data.aws_iam_policy_document.m.json",
        )
    };
    assert_eq!(
        merged("  source_policy_documents = [data.aws_iam_policy_document.deny.json]"),
        "pass"
    );
    // The same `sid` again replaces the statement.
    assert_eq!(
        merged(
            "  source_policy_documents = [data.aws_iam_policy_document.deny.json]\n  override_policy_documents = [data.aws_iam_policy_document.allow.json]"
        ),
        "fail"
    );
    assert_eq!(
        merged(
            "  source_policy_documents = [data.aws_iam_policy_document.deny.json]\n  override_policy_documents = [var.extra]"
        ),
        "unknown"
    );
}

#[test]
fn what_may_be_classified_as_phi_is_judged() {
    let of = |tags: &str| {
        let text = format!(
            "variable \"tags\" {{}}\nresource \"aws_db_instance\" \"d\" {{\n  tags = {tags}\n}}\n"
        );
        let none = ("hipaa-iac.yaml", "classification: {default: none}\n");
        verdict(
            &[("main.tf", &text), none],
            "rds-storage-unencrypted",
            "aws_db_instance.d",
        )
    };
    assert_eq!(of("{ team = \"x\" }"), "not-applicable");
    assert_eq!(of("{ data-class = \"phi\" }"), "fail");
    assert_eq!(of("{ data-class = \"none\" }"), "not-applicable");
    assert_eq!(of("{ data-class = var.tags }"), "fail");
    assert_eq!(of("var.tags"), "fail");
    assert_eq!(of("merge(var.tags, { team = \"x\" })"), "fail");
    assert_eq!(
        of("{ \"hipaa-iac.dev/data-class\" = \"ephi\" }"),
        "fail",
        "misspelt"
    );
    let provider = "provider \"aws\" {\n  default_tags {\n    tags = { data-class = \"phi\" }\n  }\n}\nresource \"aws_db_instance\" \"d\" {}\n";
    let none = ("hipaa-iac.yaml", "classification: {default: none}\n");
    assert_eq!(
        verdict(
            &[("main.tf", provider), none],
            "rds-storage-unencrypted",
            "aws_db_instance.d"
        ),
        "fail"
    );
}

const INGRESS: &str = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: i, namespace: clinic}\nspec: {rules: [{host: a.example.com}]}\n";

#[test]
fn any_of_several_namespaces_that_is_phi_counts() {
    let namespace = |class: &str| {
        format!(
            "apiVersion: v1\nkind: Namespace\nmetadata: {{name: clinic, labels: {{hipaa-iac.dev/data-class: {class}}}}}\n"
        )
    };
    let of = |a: &str, b: &str| {
        verdict(
            &[
                ("a.yaml", &namespace(a)),
                ("b.yaml", &namespace(b)),
                ("i.yaml", INGRESS),
            ],
            "ingress-without-tls",
            "Ingress/clinic/i",
        )
    };
    assert_eq!(of("none", "none"), "not-applicable");
    assert_eq!(of("none", "phi"), "fail");
    assert_eq!(of("phi", "none"), "fail");
}

#[test]
fn text_that_looks_like_a_waiver_waives_nothing() {
    let waiver = "hipaa-iac:ignore rds-storage-unencrypted reason=r owner=o until=2027-01-31";
    let of = |line: &str| {
        verdict(
            &[(
                "main.tf",
                &format!(
                    "resource \"aws_db_instance\" \"d\" {{\n{line}\n  storage_encrypted = false\n}}\n"
                ),
            )],
            "rds-storage-unencrypted",
            "aws_db_instance.d",
        )
    };
    assert_eq!(of(&format!("  # {waiver}")), "waived");
    assert_eq!(of(&format!("  description = \"# {waiver}\"")), "fail");
    assert_eq!(
        of(&format!("  description = <<-EOT\n    # {waiver}\n  EOT")),
        "fail"
    );
    let pod = |name: &str| {
        format!(
            "---\napiVersion: v1\nkind: Pod\nmetadata: {{name: {name}}}\nspec: {{containers: [{{name: c, image: i, securityContext: {{privileged: true}}}}]}}\n"
        )
    };
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\ndata:\n  text: |\n    # hipaa-iac:ignore container-privileged reason=r owner=o until=2027-01-31\n";
    assert_eq!(
        verdict(
            &[("a.yaml", &format!("{map}{}", pod("p")))],
            "container-privileged",
            "Pod/default/p"
        ),
        "fail"
    );
}

#[test]
fn no_pod_hides_behind_an_owner() {
    let pod = |name: &str, kind: &str, owner: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {name}\n  ownerReferences: [{{apiVersion: {}, kind: {kind}, name: {owner}, controller: true}}]\nspec:\n  containers: [{{name: c, image: i, securityContext: {{privileged: true}}}}]\n---\n",
            if kind == "Pod" { "v1" } else { "apps/v1" }
        )
    };
    let deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {containers: [{name: c, image: i, securityContext: {privileged: false}}]}}}\n";
    let text = format!(
        "{}{}{}{}{deployment}",
        pod("self", "Pod", "self"),
        pod("a", "Pod", "b"),
        pod("b", "Pod", "a"),
        pod("claims", "Deployment", "web")
    );
    assert_eq!(
        verdicts(&[("a.yaml", &text)], "container-privileged"),
        [
            "Deployment/default/web pass",
            "Pod/default/a fail",
            "Pod/default/b fail",
            "Pod/default/claims fail",
            "Pod/default/self fail"
        ]
    );
}

#[test]
fn templates_of_old_groups_and_named_lists_are_judged() {
    let containers = "containers: [{name: c, image: i, securityContext: {privileged: true}}]";
    let old = format!(
        "apiVersion: extensions/v1beta1\nkind: Deployment\nmetadata: {{name: old}}\nspec: {{template: {{spec: {{{containers}}}}}}}\n"
    );
    assert_eq!(
        verdicts(&[("a.yaml", &old)], "container-privileged"),
        ["Deployment/default/old fail"]
    );
    let configuration = format!(
        "apiVersion: serving.knative.dev/v1\nkind: Configuration\nmetadata: {{name: c}}\nspec: {{template: {{spec: {{{containers}}}}}}}\n"
    );
    assert_eq!(
        verdicts(&[("a.yaml", &configuration)], "container-privileged"),
        ["Configuration/default/c fail"]
    );
    let ingress = INGRESS.replace("networking.k8s.io/v1", "extensions/v1beta1");
    assert_eq!(
        verdicts(&[("a.yaml", &ingress)], "ingress-without-tls"),
        ["Ingress/clinic/i fail"]
    );
    let list = format!(
        "apiVersion: v1\nkind: List\nmetadata: {{name: l}}\nitems:\n- {{apiVersion: v1, kind: Pod, metadata: {{name: p}}, spec: {{{containers}}}}}\n"
    );
    assert_eq!(
        verdicts(&[("a.yaml", &list)], "container-privileged"),
        ["Pod/default/p fail"]
    );
}

#[test]
fn what_a_config_map_holds_counts_only_where_it_is_told() {
    let map = |mode: &str| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: db}}\ndata: {{url: 'postgres://u@db/x?sslmode={mode}'}}\n"
        )
    };
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n  - name: c\n    image: i\n    env: [{name: DATABASE_URL, valueFrom: {configMapKeyRef: {name: db, key: url}}}]\n";
    let of = |maps: &[String]| {
        let paths = ["a.yaml", "b.yaml"];
        let mut files: Vec<(&str, &str)> = paths
            .into_iter()
            .zip(maps.iter().map(String::as_str))
            .collect();
        files.push(("p.yaml", pod));
        verdict(&files, "postgres-connection-without-tls", "Pod/default/p")
    };
    assert_eq!(of(&[map("verify-full")]), "pass");
    assert_eq!(of(&[]), "unknown", "it is not in the input");
    assert_eq!(
        of(&[map("verify-full"), map("disable")]),
        "unknown",
        "which of the two counts is not known"
    );
}

#[test]
fn what_belongs_to_a_phi_resource_is_judged_with_it() {
    let text = |bucket: &str, extra: &str| {
        format!(
            "resource \"aws_s3_bucket\" \"phi\" {{\n  bucket = \"charts\"\n  tags   = {{ data-class = \"phi\" }}\n}}\nresource \"aws_s3_bucket\" \"other\" {{\n  bucket = \"logs\"\n}}\nresource \"aws_s3_bucket_versioning\" \"v\" {{\n  bucket = {bucket}\n  {extra}\n  versioning_configuration {{ status = \"Suspended\" }}\n}}\n"
        )
    };
    let of = |text: &str, config: &str| {
        verdict(
            &[("main.tf", text), ("hipaa-iac.yaml", config)],
            "s3-bucket-versioning-disabled",
            "aws_s3_bucket_versioning.v",
        )
    };
    let none = "classification: {default: none}\n";
    for bucket in [
        "aws_s3_bucket.phi.id",
        "\"charts\"",
        "\"${aws_s3_bucket.phi.bucket}\"",
    ] {
        assert_eq!(of(&text(bucket, ""), none), "fail", "{bucket}");
    }
    for bucket in ["aws_s3_bucket.other.id", "\"logs\"", "\"elsewhere\""] {
        assert_eq!(of(&text(bucket, ""), none), "not-applicable", "{bucket}");
    }
    // What says so itself is what it says.
    let other = text("aws_s3_bucket.phi.id", "tags = { team = \"x\" }");
    assert_eq!(of(&other, none), "not-applicable");
    let rule = "classification: {default: none, rules: [{address: 'aws_s3_bucket_versioning.*', class: none}]}\n";
    assert_eq!(
        of(&text("aws_s3_bucket.phi.id", ""), rule),
        "not-applicable"
    );
    // Through what has no tags either.
    let chain = "resource \"aws_lb\" \"l\" {\n  tags = { data-class = \"phi\" }\n}\nresource \"aws_lb_listener\" \"http\" {\n  load_balancer_arn = aws_lb.l.arn\n  protocol          = \"HTTP\"\n}\nresource \"aws_lb_listener_rule\" \"r\" {\n  listener_arn = aws_lb_listener.http.arn\n  action { type = \"forward\" }\n}\n";
    assert_eq!(
        verdict(
            &[("main.tf", chain), ("hipaa-iac.yaml", none)],
            "lb-listener-rule-plaintext",
            "aws_lb_listener_rule.r"
        ),
        "fail"
    );
}

/// `terraform plan` says of each "Inappropriate value for attribute: bool required" (of the texts: "a bool is required; to convert
/// from string, use lowercase \"true\"").
#[test]
fn a_value_that_terraform_refuses_is_no_pass() {
    let of = |argument: &str, policy: &str, value: &str| {
        let text = format!("resource \"aws_db_instance\" \"d\" {{\n  {argument} = {value}\n}}\n");
        verdict(&[("main.tf", &text)], policy, "aws_db_instance.d")
    };
    for (argument, policy) in [
        ("publicly_accessible", "rds-publicly-accessible"),
        ("skip_final_snapshot", "rds-final-snapshot-skipped"),
        ("storage_encrypted", "rds-storage-unencrypted"),
    ] {
        for value in ["\"yes\"", "\"TRUE\"", "\"True\"", "1", "[true]", "{}"] {
            assert_eq!(
                of(argument, policy, value),
                "unknown",
                "{argument} = {value}"
            );
        }
    }
    for value in ["true", "\"true\"", "\"1\""] {
        assert_eq!(
            of("publicly_accessible", "rds-publicly-accessible", value),
            "fail",
            "{value}"
        );
    }
    for value in ["false", "\"false\"", "\"0\"", "null"] {
        assert_eq!(
            of("publicly_accessible", "rds-publicly-accessible", value),
            "pass",
            "{value}"
        );
    }
    for policy in ["rds-backups-disabled", "rds-backup-retention-short"] {
        for value in ["\"abc\"", "true", "[7]"] {
            let said = of("backup_retention_period", policy, value);
            assert_eq!(said, "unknown", "{policy}: {value}");
        }
        for value in ["7", "\"7\""] {
            let said = of("backup_retention_period", policy, value);
            assert_eq!(said, "pass", "{policy}: {value}");
        }
    }
    let group = "resource \"aws_security_group\" \"g\" {\n  ingress {\n    from_port   = 22\n    to_port     = 22\n    protocol    = \"tcp\"\n    cidr_blocks = \"0.0.0.0/0\"\n  }\n}\n";
    assert_eq!(
        verdict(
            &[("main.tf", group)],
            "security-group-ssh-rdp-open",
            "aws_security_group.g"
        ),
        "unknown",
        "a text where a list is wanted"
    );
}

/// A provider's schema wants a list of blocks here, or a map, and `terraform plan` refuses anything else.
#[test]
fn an_argument_of_the_wrong_form_is_no_pass() {
    let group = |ingress: &str| {
        format!("resource \"aws_security_group\" \"g\" {{\n  ingress = {ingress}\n}}\n")
    };
    let rule =
        "{ from_port = 22, to_port = 22, protocol = \"tcp\", cidr_blocks = [\"0.0.0.0/0\"] }";
    let of =
        |text: &str, policy: &str, address: &str| verdict(&[("main.tf", text)], policy, address);
    let ssh = |ingress: &str| {
        let text = group(ingress);
        of(&text, "security-group-ssh-rdp-open", "aws_security_group.g")
    };
    assert_eq!(ssh(&format!("[{rule}]")), "fail");
    for ingress in [rule, &format!("[[{rule}]]"), "[22]", "22", "\"all\""] {
        let found = ssh(ingress);
        assert!(
            found.split(',').all(|one| one == "unknown"),
            "{ingress}: {found}"
        );
    }
    for mapping in [
        "{ ebs = { encrypted = false } }",
        "[{ ebs = { encrypted = false } }]",
    ] {
        let text = format!(
            "resource \"aws_launch_template\" \"t\" {{\n  block_device_mappings = {mapping}\n}}\n"
        );
        let found = of(&text, "ec2-disk-unencrypted", "aws_launch_template.t");
        assert!(
            found.split(',').all(|one| one == "unknown"),
            "{mapping}: {found}"
        );
    }
    let tags = "resource \"aws_s3_bucket\" \"b\" {\n  bucket = \"b\"\n  tags   = [\"audit\"]\n}\n";
    let found = of(
        tags,
        "s3-audit-bucket-object-lock-missing",
        "aws_s3_bucket.b",
    );
    assert_eq!(found, "unknown");
}

/// A state does not hold the blocks of providers, and the JSON form of one not even which of them made what.
#[test]
fn a_state_does_not_tell_which_account_is_meant() {
    let block = "{\"mode\":\"managed\",\"type\":\"aws_s3_account_public_access_block\",\"name\":\"this\",\"provider\":\"PROVIDER\",\"instances\":[{\"attributes\":{\"block_public_acls\":true,\"block_public_policy\":true,\"ignore_public_acls\":true,\"restrict_public_buckets\":true}}]}";
    let bucket = "{\"mode\":\"managed\",\"type\":\"aws_s3_bucket\",\"name\":\"b\",\"provider\":\"provider[\\\"registry.terraform.io/hashicorp/aws\\\"]\",\"instances\":[{\"attributes\":{\"bucket\":\"b\",\"arn\":\"arn:aws:s3:::b\"}}]}";
    for (alias, expected) in [("", "pass"), (".audit", "unknown")] {
        let provider = format!("provider[\\\"registry.terraform.io/hashicorp/aws\\\"]{alias}");
        let block = block.replace("PROVIDER", &provider);
        let state = format!(
            "{{\"version\":4,\"terraform_version\":\"1.11.4\",\"serial\":1,\"lineage\":\"l\",\"outputs\":{{}},\"resources\":[{block},{bucket}]}}"
        );
        let found = verdict(
            &[("terraform.tfstate", &state)],
            "s3-bucket-public-access-not-blocked",
            "aws_s3_bucket.b",
        );
        assert_eq!(found, expected, "{alias}");
    }
}

#[test]
fn an_empty_text_is_no_argument() {
    let of = |arguments: &str| {
        let text = format!("resource \"aws_db_instance\" \"d\" {{\n{arguments}\n}}\n");
        verdict(
            &[("main.tf", &text)],
            "rds-storage-unencrypted",
            "aws_db_instance.d",
        )
    };
    assert_eq!(of("  snapshot_identifier = \"\""), "fail");
    assert_eq!(of("  replicate_source_db = \"\""), "fail");
    assert_eq!(
        of("  snapshot_identifier = \"nightly\"\n  kms_key_id = \"\""),
        "unknown"
    );
    assert_eq!(
        of(
            "  snapshot_identifier = \"nightly\"\n  kms_key_id = \"arn:aws:kms:eu-west-1:111122223333:key/1\""
        ),
        "pass"
    );
}

#[test]
fn a_vendor_is_seen_however_its_provider_is_named() {
    let of = |files: &[(&str, &str)]| verdicts(files, "vendor-agreement-missing");
    let required = |local: &str| {
        format!(
            "terraform {{\n  required_providers {{\n    {local} = {{ source = \"DataDog/datadog\" }}\n  }}\n}}\n"
        )
    };
    let renamed = required("dd") + "provider \"dd\" {}\n";
    assert_eq!(of(&[("main.tf", &renamed)]), ["provider.dd fail"]);
    // Without a block its configuration comes from the environment.
    let unconfigured = required("dd")
        + "resource \"datadog_monitor\" \"m\" {\n  provider = dd\n  name     = \"m\"\n}\n";
    assert_eq!(of(&[("main.tf", &unconfigured)]), ["provider.dd fail"]);
    let module = required("datadog") + "resource \"datadog_monitor\" \"m\" {\n  name = \"m\"\n}\n";
    let root = "module \"m\" {\n  source = \"./m\"\n}\n";
    assert_eq!(
        of(&[("m/main.tf", &module), ("main.tf", root)]),
        ["provider.datadog fail"]
    );
    // Once, where the root configures it.
    let configured = format!("{root}{}provider \"dd\" {{}}\n", required("dd"));
    assert_eq!(
        of(&[("m/main.tf", &module), ("main.tf", &configured)]),
        ["provider.dd fail"]
    );
    let plan = |expressions: &str| {
        format!(
            "{{\"format_version\": \"1.2\", \"terraform_version\": \"1.11.4\", \"resource_changes\": [], \"configuration\": {{\"provider_config\": {{\"dd\": {{\"name\": \"dd\", \"full_name\": \"registry.terraform.io/datadog/datadog\"{expressions}}}, \"terraform\": {{\"name\": \"terraform\", \"full_name\": \"terraform.io/builtin/terraform\"}}}}, \"root_module\": {{}}}}}}"
        )
    };
    for expressions in ["", ", \"expressions\": {\"validate\": {}}"] {
        assert_eq!(
            of(&[("plan.json", &plan(expressions))]),
            ["provider.dd fail"],
            "{expressions}"
        );
    }
}

#[test]
fn a_kind_that_the_api_server_does_not_know_by_its_case_is_told() {
    let tree = Tree::with(&[(
        "a.yaml",
        "apiVersion: v1\nkind: pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: i, securityContext: {privileged: true}}]}\n",
    )])
    .unwrap();
    let ran = run_in(tree.path(), &["check", "--format", "json"]).unwrap();
    assert_eq!(ran.code, 3, "{}", ran.stdout);
    let said = &ran.json()["diagnostics"][0];
    assert_eq!(said["code"], "kubernetes-kind", "{said}");
    assert_eq!(
        (said["line"].as_u64(), &said["remedy"]),
        (Some(2), &"write Pod".into())
    );
}

#[test]
fn what_can_only_be_so_is_decided() {
    // As the module terraform-aws-modules/s3-bucket/aws writes it: only the key is not known before apply.
    let rule = |algorithm: &str| {
        format!(
            "resource \"aws_kms_key\" \"k\" {{}}\nlocals {{\n  given = {{ rule = {{ apply = {{ sse_algorithm = \"{algorithm}\", kms_master_key_id = aws_kms_key.k.arn }} }} }}\n}}\nresource \"aws_s3_bucket\" \"b\" {{}}\nresource \"aws_s3_bucket_server_side_encryption_configuration\" \"e\" {{\n  bucket = aws_s3_bucket.b.id\n  dynamic \"rule\" {{\n    for_each = try(flatten([local.given[\"rule\"]]), [])\n    content {{\n      dynamic \"apply_server_side_encryption_by_default\" {{\n        for_each = try([rule.value.apply], [])\n        content {{\n          sse_algorithm     = apply_server_side_encryption_by_default.value.sse_algorithm\n          kms_master_key_id = try(apply_server_side_encryption_by_default.value.kms_master_key_id, null)\n        }}\n      }}\n    }}\n  }}\n}}\n"
        )
    };
    let said = |algorithm: &str| {
        verdict(
            &[("main.tf", &rule(algorithm))],
            "s3-bucket-encryption-not-declared",
            "aws_s3_bucket_server_side_encryption_configuration.e",
        )
    };
    assert_eq!(said("aws:kms"), "pass");
    assert_eq!(said("none"), "fail");

    // One role may be written without a list; what may be a list of anybody is not known.
    let principal = |principal: &str| {
        let text = format!(
            "variable \"any\" {{}}\nresource \"random_pet\" \"p\" {{}}\nresource \"aws_iam_role\" \"r\" {{}}\nresource \"aws_s3_bucket\" \"b\" {{}}\nresource \"aws_s3_bucket_policy\" \"p\" {{\n  bucket = aws_s3_bucket.b.id\n  policy = jsonencode({{ Statement = [{{ Effect = \"Allow\", Action = \"s3:GetObject\", Resource = \"*\", Principal = {{ AWS = {principal} }} }}] }})\n}}\n"
        );
        verdict(
            &[("main.tf", &text)],
            "s3-bucket-policy-public",
            "aws_s3_bucket_policy.p",
        )
    };
    assert_eq!(principal("aws_iam_role.r.arn"), "pass");
    assert_eq!(principal("[aws_iam_role.r.arn]"), "pass");
    assert_eq!(principal("random_pet.p.id"), "unknown");
    assert_eq!(principal("var.any"), "unknown");
    assert_eq!(principal("\"*\""), "fail");
}

#[test]
fn a_condition_key_of_alternatives_is_compared_without_case() {
    let of = |key: &str| {
        let text = format!(
            "variable \"cond\" {{ type = bool }}\ndata \"aws_caller_identity\" \"current\" {{}}\nresource \"aws_kms_key\" \"phi\" {{\n  policy = data.aws_iam_policy_document.phi.json\n}}\ndata \"aws_iam_policy_document\" \"phi\" {{\n  statement {{\n    actions   = [\"kms:Decrypt\"]\n    resources = [\"*\"]\n    principals {{\n      type        = \"AWS\"\n      identifiers = [\"*\"]\n    }}\n    condition {{\n      test     = \"StringEquals\"\n      variable = {key}\n      values   = [data.aws_caller_identity.current.account_id]\n    }}\n  }}\n}}\n"
        );
        verdict(
            &[("main.tf", &text)],
            "kms-key-policy-public",
            "aws_kms_key.phi",
        )
    };
    assert_eq!(of("\"aws:PrincipalAccount\""), "pass");
    assert_eq!(
        of("var.cond ? \"aws:PrincipalAccount\" : \"aws:PrincipalOrgID\""),
        "pass"
    );
    assert_eq!(
        of("var.cond ? \"aws:PrincipalAccount\" : \"aws:UserAgent\""),
        "unknown"
    );
    assert_eq!(of("\"aws:UserAgent\""), "fail");
}

#[test]
fn a_mention_of_an_argument_that_is_not_known_names_its_resource() {
    let of = |name: &str, bucket: &str, address: &str| {
        let text = format!(
            "variable \"n\" {{ type = string }}\nvariable \"c\" {{ type = bool }}\nresource \"aws_s3_bucket\" \"a\" {{ bucket = {name} }}\nresource \"aws_s3_bucket\" \"b\" {{ bucket = \"b\" }}\nlocals {{ bucket = aws_s3_bucket.a.bucket }}\nresource \"aws_s3_bucket_versioning\" \"v\" {{\n  bucket = {bucket}\n  versioning_configuration {{ status = \"Enabled\" }}\n}}\n"
        );
        verdict(
            &[("main.tf", &text)],
            "s3-bucket-versioning-disabled",
            address,
        )
    };
    for name in [
        "var.n",
        "var.c ? \"one\" : \"two\"",
        "var.c ? var.n : \"three\"",
        "\"x-${var.c ? \"one\" : \"two\"}\"",
    ] {
        for bucket in ["aws_s3_bucket.a.bucket", "local.bucket"] {
            assert_eq!(of(name, bucket, "aws_s3_bucket.a"), "pass", "{name}");
            assert_eq!(of(name, bucket, "aws_s3_bucket.b"), "fail", "{name}");
        }
        // What is made of the argument is another name.
        for bucket in [
            "upper(aws_s3_bucket.a.bucket)",
            "lower(aws_s3_bucket.a.bucket)",
            "aws_s3_bucket.a.bucket == \"one\" ? \"two\" : \"one\"",
            "var.c ? aws_s3_bucket.a.bucket : \"b\"",
        ] {
            let said = of(name, bucket, "aws_s3_bucket.a");
            assert_eq!(said, "unknown", "{name}: {bucket}");
        }
    }
}

#[test]
fn a_replica_is_as_its_source_is_whatever_the_name_of_that() {
    let of = |identifier: &str, encrypted: bool| {
        let text = format!(
            "variable \"n\" {{ type = string }}\nvariable \"c\" {{ type = bool }}\nresource \"aws_db_instance\" \"a\" {{\n  identifier        = {identifier}\n  storage_encrypted = {encrypted}\n}}\nresource \"aws_db_instance\" \"replica\" {{ replicate_source_db = aws_db_instance.a.identifier }}\n"
        );
        verdict(
            &[("main.tf", &text)],
            "rds-storage-unencrypted",
            "aws_db_instance.replica",
        )
    };
    for identifier in ["\"a\"", "var.c ? \"a\" : \"b\""] {
        assert_eq!(of(identifier, true), "pass", "{identifier}");
        assert_eq!(of(identifier, false), "fail", "{identifier}");
    }
}

#[test]
fn a_statement_counts_though_another_of_its_document_is_not_known() {
    let of = |statement: &str| {
        let text = format!(
            "variable \"u\" {{ type = string }}\ndata \"aws_iam_policy_document\" \"d\" {{\n  {statement}\n  statement {{\n    actions   = [\"s3:GetObject\"]\n    resources = [\"arn:aws:s3:::${{var.u}}/*\"]\n  }}\n}}\nresource \"aws_iam_policy\" \"p\" {{ policy = data.aws_iam_policy_document.d.json }}\n"
        );
        verdict(
            &[("main.tf", &text)],
            "iam-policy-full-admin",
            "aws_iam_policy.p",
        )
    };
    let all = "statement {\n    actions   = [\"*\"]\n    resources = [\"*\"]\n  }";
    assert_eq!(of(all), "fail");
    assert_eq!(of(""), "pass");
    let unknown = "statement {\n    actions   = [var.u]\n    resources = [\"*\"]\n  }";
    assert_eq!(of(unknown), "unknown");
}

#[test]
fn what_a_block_that_may_not_be_there_refers_to_is_not_certain() {
    let of = |how_many: &str| {
        let text = format!(
            "variable \"c\" {{ type = bool }}\nresource \"google_storage_bucket\" \"logs\" {{ name = \"acme-logs\" }}\nresource \"google_storage_bucket\" \"phi\" {{\n  name = \"acme-phi\"\n  dynamic \"logging\" {{\n    for_each = {how_many}\n    content {{ log_bucket = google_storage_bucket.logs.name }}\n  }}\n}}\n"
        );
        verdict(
            &[("main.tf", &text)],
            "gcp-bucket-access-not-logged",
            "google_storage_bucket.logs",
        )
    };
    assert_eq!(of("[1]"), "pass");
    assert_eq!(of("var.c ? [1] : []"), "unknown");
}

#[test]
fn a_data_source_that_is_asked_by_name_may_be_the_resource_of_that_name() {
    let text = "resource \"aws_s3_bucket\" \"a\" { bucket = \"phi-a\" }\nresource \"aws_s3_bucket\" \"b\" { bucket = \"phi-b\" }\ndata \"aws_s3_bucket\" \"a\" { bucket = \"phi-a\" }\nresource \"aws_s3_bucket_versioning\" \"a\" {\n  bucket = data.aws_s3_bucket.a.id\n  versioning_configuration { status = \"Enabled\" }\n}\n";
    let of = |address: &str| {
        verdict(
            &[("main.tf", text)],
            "s3-bucket-versioning-disabled",
            address,
        )
    };
    assert_eq!(of("aws_s3_bucket.a"), "unknown");
    assert_eq!(of("aws_s3_bucket.b"), "fail");
}

#[test]
fn a_companion_may_stand_in_a_file_that_was_not_named() {
    let companion = "resource \"aws_s3_bucket_versioning\" \"b\" {\n  bucket = aws_s3_bucket.b.id\n  versioning_configuration { status = \"Enabled\" }\n}\n";
    let tree = Tree::with(&[
        ("m/a.tf", "resource \"aws_s3_bucket\" \"b\" {}\n"),
        ("m/b.tf", companion),
        ("n/a.tf", "resource \"aws_s3_bucket\" \"b\" {}\n"),
    ])
    .unwrap();
    let of = |paths: &[&str]| {
        let options = ["--only", "s3-bucket-versioning-disabled", "--show", "all"];
        let ran = json(&tree, &[paths, &options[..]].concat());
        let mut found = ran.findings();
        found.retain(|finding| finding.contains("/a.tf"));
        found.join(",")
    };
    let policy = "s3-bucket-versioning-disabled";
    assert_eq!(of(&["m/a.tf"]), format!("{policy} unknown m/a.tf:1"));
    assert_eq!(of(&["m/a.tf", "m/b.tf"]), format!("{policy} pass m/a.tf:1"));
    assert_eq!(of(&["m"]), format!("{policy} pass m/a.tf:1"));
    assert_eq!(of(&["n/a.tf"]), format!("{policy} fail n/a.tf:1"));
}
