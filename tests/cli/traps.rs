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

#[test]
fn a_file_named_without_its_module_is_told_checkov_3517_1849() {
    let tree = Tree::with(&[
        (
            "infra/main.tf",
            &database("storage_encrypted = var.encrypted"),
        ),
        (
            "infra/variables.tf",
            "variable \"encrypted\" { default = true }\n",
        ),
    ])
    .unwrap();
    let of = |paths: &[&str]| {
        let only = [
            "--only",
            "rds-storage-unencrypted",
            "--show",
            "all",
            "--format",
            "json",
        ];
        let ran = run_in(tree.path(), &[&["check"], paths, &only[..]].concat()).unwrap();
        let told = ran.stdout.contains("module-in-part");
        (ran.findings().join(","), told)
    };
    let pass = "rds-storage-unencrypted pass infra/main.tf:1".to_owned();
    assert_eq!(
        of(&["infra/main.tf"]),
        (
            "rds-storage-unencrypted unknown infra/main.tf:3".to_owned(),
            true
        )
    );
    assert_eq!(
        of(&["infra/main.tf", "infra/variables.tf"]),
        (pass.clone(), false)
    );
    assert_eq!(of(&["infra"]), (pass, false));
}

#[test]
fn one_line_blocks_and_attributes_of_objects_checkov_401_kics_4153() {
    let text = database("storage_encrypted = var.db.encrypted")
        + "variable \"db\" { default = { encrypted = true } }\n";
    assert!(verdicts("rds-storage-unencrypted", &text)[0].starts_with("pass"));
}

#[test]
fn a_key_of_a_module_counts_as_set_checkov_7162_terraform_compliance_796() {
    let module = "resource \"aws_kms_key\" \"k\" {\n  count = 1\n}\noutput \"arn\" { value = aws_kms_key.k[0].arn }\n";
    let vault = "module \"key\" {\n  source = \"./key\"\n}\nresource \"aws_backup_vault\" \"v\" {\n  name        = \"v\"\n  kms_key_arn = module.key.arn\n}\n";
    let tree = Tree::with(&[("key/main.tf", module), ("main.tf", vault)]).unwrap();
    let ran = run_in(
        tree.path(),
        &[
            "check",
            "--only",
            "backup-vault-without-customer-key",
            "--format",
            "json",
            "--show",
            "all",
        ],
    )
    .unwrap();
    assert_eq!(
        ran.findings(),
        ["backup-vault-without-customer-key pass main.tf:4"]
    );
}

#[test]
fn waivers_have_reasons_each_and_concern_one_instance_checkov_7170_trivy_7180() {
    let waiver = |policy: &str, reason: &str| {
        format!(
            "  # hipaa-iac:ignore {policy} reason=\"{reason}\" owner=\"data\" until=2027-01-31\n"
        )
    };
    let text = format!(
        "resource \"aws_db_instance\" \"d\" {{\n{}{}  engine = \"postgres\"\n}}\n",
        waiver("rds-storage-unencrypted", "synthetic"),
        waiver("rds-backups-disabled", "copied nightly")
    );
    let tree = Tree::with(&[("main.tf", &text)]).unwrap();
    let ran = |tree: &Tree| {
        run_in(
            tree.path(),
            &["check", "--format", "json", "--as-of=2026-11-24"],
        )
        .unwrap()
        .json()
    };
    let reasons: Vec<_> = ran(&tree)["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["verdict"] == "waived")
        .map(|finding| {
            format!(
                "{} {}",
                finding["policy"].as_str().unwrap(),
                finding["waiver"]["reason"].as_str().unwrap()
            )
        })
        .collect();
    assert_eq!(
        reasons,
        [
            "rds-backups-disabled copied nightly",
            "rds-storage-unencrypted synthetic"
        ]
    );
    // One instance of a module, of what is missing altogether (trivy 9463).
    let module = "resource \"aws_s3_bucket\" \"b\" {}\n";
    let root = "module \"m\" {\n  for_each = toset([\"a\", \"b\"])\n  source   = \"./m\"\n}\n";
    let config = "waivers:\n  - {policy: s3-bucket-versioning-disabled, address: 'module.m[\"a\"].*', reason: r, owner: o, until: 2027-01-31}\n";
    let tree = Tree::with(&[
        ("m/main.tf", module),
        ("main.tf", root),
        ("hipaa-iac.yaml", config),
    ])
    .unwrap();
    let verdicts: Vec<_> = ran(&tree)["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["policy"] == "s3-bucket-versioning-disabled")
        .map(|finding| {
            format!(
                "{} {}",
                finding["resource"]["address"].as_str().unwrap(),
                finding["verdict"].as_str().unwrap()
            )
        })
        .collect();
    assert_eq!(
        verdicts,
        [
            "module.m[\"a\"].aws_s3_bucket.b waived",
            "module.m[\"b\"].aws_s3_bucket.b fail"
        ]
    );
}

#[test]
fn findings_in_downloaded_modules_are_waived_from_outside_alone_checkov_560() {
    let module = "resource \"aws_db_instance\" \"d\" {\n  # hipaa-iac:ignore rds-storage-unencrypted reason=\"ours\" owner=\"acme\" until=2027-01-31\n  storage_encrypted = false\n}\n";
    let listed = r#"{"Modules":[{"Key":"","Source":"","Dir":"."},{"Key":"db","Source":"registry.terraform.io/acme/db/aws","Version":"1.0.0","Dir":".terraform/modules/db"}]}"#;
    let root = "module \"db\" {\n  source  = \"acme/db/aws\"\n  version = \"1.0.0\"\n}\n";
    let waiver = "waivers:\n  - policy: rds-storage-unencrypted\n    address: module.db.aws_db_instance.d\n    reason: synthetic data\n    owner: data\n    until: 2027-01-31\n";
    for (waiver, code, verdict) in [("", 1, "fail"), (waiver, 0, "waived")] {
        let tree = Tree::with(&[
            (".terraform/modules/db/main.tf", module),
            (".terraform/modules/modules.json", listed),
            ("main.tf", root),
            ("hipaa-iac.yaml", waiver),
        ])
        .unwrap();
        let ran = run_in(
            tree.path(),
            &[
                "check",
                "--only=rds-storage-unencrypted",
                "--as-of=2026-11-24",
                "--format=json",
            ],
        )
        .unwrap();
        assert_eq!(ran.code, code, "{}", ran.stderr);
        let found = &ran.json()["findings"];
        assert_eq!(found[0]["verdict"], verdict);
        assert_eq!(
            found[0]["resource"]["address"],
            "module.db.aws_db_instance.d"
        );
        assert!(ran.stdout.contains("waiver-downloaded"), "{}", ran.stdout);
    }
}

#[test]
fn one_cause_is_shown_once_however_often_it_is_called_trivy_4605() {
    let module = "resource \"aws_db_instance\" \"d\" {\n  storage_encrypted = false\n}\n";
    let root =
        "module \"m\" {\n  for_each = toset([\"a\", \"b\", \"c\"])\n  source   = \"./m\"\n}\n";
    let tree = Tree::with(&[("m/main.tf", module), ("main.tf", root)]).unwrap();
    let ran = run_in(tree.path(), &["check", "--only", "rds-storage-unencrypted"]).unwrap();
    assert_eq!(
        ran.stdout.matches("--> m/main.tf:2").count(),
        1,
        "{}",
        ran.stdout
    );
    for key in ["a", "b", "c"] {
        let address = format!("module.m[\"{key}\"].aws_db_instance.d");
        assert!(ran.stdout.contains(&address), "{}", ran.stdout);
    }
}

#[test]
fn a_secret_behind_ten_thousand_letters_is_left_out_checkov_6184() {
    let text = format!(
        "resource \"aws_db_instance\" \"d\" {{\n  tags = {{ pad = \"{}\", password = \"zq9markerzq9\" }}\n  password = \"zq9markerzq9\"\n}}\n",
        "x".repeat(12_000)
    );
    let tree = Tree::with(&[("main.tf", &text)]).unwrap();
    for format in ["text", "json", "sarif", "junit", "github"] {
        let ran = run_in(tree.path(), &["check", "--format", format, "-v"]).unwrap();
        assert!(
            ran.stdout.contains("database-password-literal"),
            "{}",
            ran.stdout
        );
        assert!(!ran.stdout.contains("zq9marker"), "{format}");
    }
}

#[test]
fn custom_resources_are_judged_kube_linter_24() {
    let tree = Tree::with(&[(
        "db.yaml",
        "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: {name: ehr, namespace: clinic}\nspec: {instances: 3}\n",
    )])
    .unwrap();
    let ran = run_in(
        tree.path(),
        &["check", "--only", "cnpg-backup-missing", "--format", "json"],
    )
    .unwrap();
    assert_eq!(ran.findings(), ["cnpg-backup-missing fail db.yaml:2"]);
}

#[test]
fn an_object_in_terraform_is_judged_as_one() {
    let text = r#"variable "image" {}
variable "object" {}
# hipaa-iac:ignore container-privileged reason="a node agent" owner="platform" until=2027-01-31
resource "kubernetes_manifest" "waived" {
  manifest = {
    apiVersion = "v1"
    kind       = "Pod"
    metadata   = { name = "a", namespace = "x" }
    spec       = { containers = [{ name = "a", image = "a", securityContext = { privileged = true } }] }
  }
}
resource "kubernetes_manifest" "job" {
  count = 2
  manifest = yamldecode(<<-EOT
    apiVersion: kubeflow.org/v1
    kind: PyTorchJob
    metadata: {name: "b-${count.index}", namespace: x}
    spec: {pytorchReplicaSpecs: {Worker: {template: {spec: {containers: [{name: b, image: "${var.image}", securityContext: {privileged: true}}]}}}}}
  EOT
  )
}
resource "kubernetes_manifest" "unclear" {
  manifest = var.object
}
resource "kubernetes_deployment" "typed" {
}
"#;
    let tree = Tree::with(&[("main.tf", text)]).unwrap();
    let ran = run_in(
        tree.path(),
        &[
            "check",
            "--only",
            "container-privileged",
            "--as-of",
            "2026-11-24",
            "--var",
            "image=b:1",
            "--format",
            "json",
            "--show",
            "all",
        ],
    )
    .unwrap();
    assert_eq!(ran.code, 1, "{}{}", ran.stdout, ran.stderr);
    let result: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let texts = |list: &str, of: &dyn Fn(&serde_json::Value) -> String| -> Vec<String> {
        result[list].as_array().unwrap().iter().map(of).collect()
    };
    assert_eq!(
        texts("findings", &|finding| format!(
            "{} {} {}",
            finding["verdict"], finding["resource"]["address"], finding["attribute"]
        )),
        [
            r#""waived" "kubernetes_manifest.waived" "$['spec']['containers'][0]['securityContext']['privileged']""#,
            r#""fail" "kubernetes_manifest.job[0]" "$['spec']['pytorchReplicaSpecs']['Worker']['template']['spec']['containers'][0]['securityContext']['privileged']""#,
            r#""fail" "kubernetes_manifest.job[1]" "$['spec']['pytorchReplicaSpecs']['Worker']['template']['spec']['containers'][0]['securityContext']['privileged']""#,
        ]
    );
    assert_eq!(
        texts("diagnostics", &|told| format!(
            "{} {}",
            told["code"], told["line"]
        )),
        ["\"manifest-unjudged\" 22", "\"containers-unjudged\" 25"]
    );
}
