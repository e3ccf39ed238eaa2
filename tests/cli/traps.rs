//! What users of other scanners suffered from: each trap once, named by the thread that told it.

use hipaa_iac_tests::{Tree, run_in};

/// The findings of one policy on one file, `verdict line`.
fn verdicts(policy: &str, text: &str) -> Vec<String> {
    let tree = Tree::with(&[("main.tf", text)]).unwrap();
    let ran = run_in(
        tree.path(),
        &[
            "check", "--only", policy, "--format", "json", "--show", "all",
        ],
    )
    .unwrap();
    assert!(
        ran.code == 0 || ran.code == 1,
        "{}{}",
        ran.stdout,
        ran.stderr
    );
    ran.findings()
        .iter()
        .map(|finding| {
            finding
                .replace(&format!("{policy} "), "")
                .replace("main.tf:", "")
        })
        .collect()
}

fn database(argument: &str) -> String {
    format!("resource \"aws_db_instance\" \"phi\" {{\n  engine = \"postgres\"\n  {argument}\n}}\n")
}

#[test]
fn a_null_is_absence_checkov_651() {
    let text = database("storage_encrypted = var.encrypted")
        + "variable \"encrypted\" {\n  default = null\n}\n";
    assert!(verdicts("rds-storage-unencrypted", &text)[0].starts_with("fail"));
}

#[test]
fn both_branches_of_a_conditional_checkov_7269() {
    let text = |a: &str, b: &str| {
        database(&format!("storage_encrypted = var.key == \"\" ? {a} : {b}"))
            + "variable \"key\" {}\n"
    };
    assert!(verdicts("rds-storage-unencrypted", &text("true", "true"))[0].starts_with("pass"));
    assert!(verdicts("rds-storage-unencrypted", &text("false", "false"))[0].starts_with("fail"));
    assert!(verdicts("rds-storage-unencrypted", &text("true", "false"))[0].starts_with("unknown"));
}

#[test]
fn a_module_is_judged_by_what_its_caller_gives_checkov_5824() {
    let module = "variable \"encrypted\" {\n  default = false\n}\nresource \"aws_db_instance\" \"this\" {\n  engine            = \"postgres\"\n  storage_encrypted = var.encrypted\n}\n";
    let tree = Tree::with(&[
        ("modules/db/main.tf", module),
        ("main.tf", "module \"good\" {\n  source    = \"./modules/db\"\n  encrypted = true\n}\nmodule \"bad\" {\n  source = \"./modules/db\"\n}\n"),
    ])
    .unwrap();
    let ran = run_in(
        tree.path(),
        &[
            "check",
            "--only",
            "rds-storage-unencrypted",
            "--format",
            "json",
        ],
    )
    .unwrap();
    assert_eq!(
        ran.findings(),
        ["rds-storage-unencrypted fail modules/db/main.tf:6"]
    );
    let finding = &ran.json()["findings"][0];
    assert_eq!(
        finding["resource"]["address"],
        "module.bad.aws_db_instance.this"
    );
    assert_eq!(finding["origin"]["what"], "default of var.encrypted");
}

#[test]
fn sibling_calls_do_not_share_values_trivy_10926() {
    let module = "variable \"encrypted\" {}\nvariable \"name\" {}\nresource \"aws_db_instance\" \"this\" {\n  identifier        = var.name\n  storage_encrypted = var.encrypted\n}\n";
    let tree = Tree::with(&[
        ("modules/db/main.tf", module),
        ("main.tf", "variable \"x\" {}\nmodule \"a\" {\n  source    = \"./modules/db\"\n  name      = var.x\n  encrypted = true\n}\nmodule \"b\" {\n  source    = \"./modules/db\"\n  name      = \"b\"\n  encrypted = false\n}\n"),
    ])
    .unwrap();
    let ran = run_in(
        tree.path(),
        &[
            "check",
            "--only",
            "rds-storage-unencrypted",
            "--format",
            "json",
        ],
    )
    .unwrap();
    let addresses: Vec<_> = ran.json()["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["resource"]["address"].clone())
        .collect();
    assert_eq!(addresses, ["module.b.aws_db_instance.this"]);
}

#[test]
fn what_cannot_be_evaluated_does_not_vanish_trivy_7099() {
    let text = database("storage_encrypted = data.external.x.result.encrypted")
        + "data \"external\" \"x\" {\n  program = [\"x\"]\n}\n";
    assert!(verdicts("rds-storage-unencrypted", &text)[0].starts_with("unknown"));
}

#[test]
fn dynamic_and_static_blocks_stand_together_checkov_5363() {
    let text = "resource \"aws_security_group\" \"web\" {\n  ingress {\n    from_port   = 22\n    to_port     = 22\n    protocol    = \"tcp\"\n    cidr_blocks = [\"0.0.0.0/0\"]\n  }\n  dynamic \"ingress\" {\n    for_each = [443]\n    content {\n      from_port   = ingress.value\n      to_port     = ingress.value\n      protocol    = \"tcp\"\n      cidr_blocks = [\"10.0.0.0/8\"]\n    }\n  }\n}\n";
    let tree = Tree::with(&[("main.tf", text)]).unwrap();
    let inspected = run_in(tree.path(), &["inspect", "--format", "json"])
        .unwrap()
        .json();
    assert_eq!(
        inspected["resources"][0]["values"]["ingress"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    let ran = run_in(tree.path(), &["check", "--format", "json"]).unwrap();
    assert!(
        ran.findings()
            .iter()
            .any(|finding| finding.contains("fail main.tf:")),
        "{:?}",
        ran.findings()
    );
}

#[test]
fn every_instance_of_for_each_is_judged_trivy_5555() {
    let text = "resource \"aws_db_instance\" \"phi\" {\n  for_each          = { a = true, b = false, c = false }\n  identifier        = each.key\n  storage_encrypted = each.value\n}\n";
    let tree = Tree::with(&[("main.tf", text)]).unwrap();
    let ran = run_in(
        tree.path(),
        &[
            "check",
            "--only",
            "rds-storage-unencrypted",
            "--format",
            "json",
        ],
    )
    .unwrap();
    let addresses: Vec<_> = ran.json()["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["resource"]["address"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(
        addresses,
        ["aws_db_instance.phi[\"b\"]", "aws_db_instance.phi[\"c\"]"]
    );
}

#[test]
fn sums_of_port_ranges_cost_nothing_trivy_7548() {
    let text = "resource \"aws_security_group\" \"web\" {\n  ingress {\n    from_port   = 0\n    to_port     = 200000\n    protocol    = \"tcp\"\n    cidr_blocks = [\"0.0.0.0/0\"]\n  }\n}\n";
    let tree = Tree::with(&[("main.tf", text)]).unwrap();
    assert_eq!(
        run_in(tree.path(), &["check", "--format", "json"])
            .unwrap()
            .code,
        1
    );
}

#[test]
fn a_set_reference_counts_as_set_checkov_3138() {
    let text = "resource \"aws_kms_key\" \"phi\" {}\nresource \"aws_backup_vault\" \"v\" {\n  name        = \"v\"\n  kms_key_arn = aws_kms_key.phi.arn\n}\n";
    assert!(verdicts("backup-vault-without-customer-key", text)[0].starts_with("pass"));
}

#[test]
fn partners_are_found_by_reference_and_by_name_checkov_2803() {
    let text = "resource \"aws_s3_bucket\" \"a\" {\n  bucket = \"clinic-a\"\n}\nresource \"aws_s3_bucket_versioning\" \"a\" {\n  bucket = \"clinic-a\"\n  versioning_configuration {\n    status = \"Enabled\"\n  }\n}\nresource \"aws_s3_bucket\" \"b\" {\n  bucket = \"clinic-b\"\n}\nresource \"aws_s3_bucket_versioning\" \"b\" {\n  bucket = aws_s3_bucket.b.id\n  versioning_configuration {\n    status = \"Enabled\"\n  }\n}\n";
    assert!(
        verdicts("s3-bucket-versioning-disabled", text)
            .iter()
            .all(|verdict| verdict.starts_with("pass"))
    );
}

#[test]
fn tofu_files_are_read_and_take_precedence_checkov_7401() {
    let tree = Tree::with(&[
        ("main.tf", &database("storage_encrypted = false")),
        ("main.tofu", &database("storage_encrypted = true")),
    ])
    .unwrap();
    assert_eq!(
        run_in(tree.path(), &["check", "--only", "rds-storage-unencrypted"])
            .unwrap()
            .code,
        0
    );
}

#[test]
fn a_plan_finding_points_at_the_source_checkov_6943() {
    let plan = r#"{"format_version":"1.2","terraform_version":"1.11.4","resource_changes":[{"address":"aws_db_instance.phi","mode":"managed","type":"aws_db_instance","name":"phi","provider_name":"registry.terraform.io/hashicorp/aws","change":{"actions":["create"],"before":null,"after":{"engine":"postgres","storage_encrypted":false},"after_unknown":{"arn":true},"after_sensitive":{}}}]}"#;
    let tree = Tree::with(&[("plan.json", plan)]).unwrap();
    let ran = run_in(
        tree.path(),
        &[
            "check",
            "--only",
            "rds-storage-unencrypted",
            "--format",
            "json",
        ],
    )
    .unwrap();
    assert_eq!(ran.findings(), ["rds-storage-unencrypted fail plan.json:1"]);
    tree.write("main.tf", database("storage_encrypted = false").as_bytes())
        .unwrap();
    let ran = run_in(
        tree.path(),
        &[
            "check",
            "--only",
            "rds-storage-unencrypted",
            "--format",
            "json",
        ],
    )
    .unwrap();
    assert!(
        ran.findings()
            .iter()
            .all(|finding| finding == "rds-storage-unencrypted fail main.tf:3"),
        "{:?}",
        ran.findings()
    );
}
