//! What users of other scanners suffered from: each trap once, named by the thread that told it.

use hipaa_iac_tests::{Tree, run_in};

use crate::json;

/// The findings of one policy on one file, `verdict line`.
fn verdicts(policy: &str, text: &str) -> Vec<String> {
    let tree = Tree::with(&[("main.tf", text)]).unwrap();
    let ran = json(&tree, &["--only", policy, "--show", "all"]);
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
    let ran = json(&tree, &["--only", "rds-storage-unencrypted"]);
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
    let ran = json(&tree, &["--only", "rds-storage-unencrypted"]);
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
    let ran = json(&tree, &[]);
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
    let ran = json(&tree, &["--only", "rds-storage-unencrypted"]);
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
    assert_eq!(json(&tree, &[]).code, 1);
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
    let ran = json(&tree, &["--only", "rds-storage-unencrypted"]);
    assert_eq!(ran.findings(), ["rds-storage-unencrypted fail plan.json:1"]);
    tree.write("main.tf", database("storage_encrypted = false").as_bytes())
        .unwrap();
    let ran = json(&tree, &["--only", "rds-storage-unencrypted"]);
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
        let only = ["--only", "rds-storage-unencrypted", "--show", "all"];
        let ran = json(&tree, &[paths, &only[..]].concat());
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
    let ran = json(
        &tree,
        &[
            "--only",
            "backup-vault-without-customer-key",
            "--show",
            "all",
        ],
    );
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
    let ran = |tree: &Tree| json(tree, &[]).json();
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
        let ran = json(&tree, &["--only=rds-storage-unencrypted"]);
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
    let ran = json(&tree, &["--only", "cnpg-backup-missing"]);
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
    let ran = json(
        &tree,
        &[
            "--only",
            "container-privileged",
            "--var",
            "image=b:1",
            "--show",
            "all",
        ],
    );
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

/// `address verdict` of what a policy says of a file, in the order of the result.
fn of_each(policy: &str, text: &str, options: &[&str]) -> Vec<String> {
    let tree = Tree::with(&[("main.tf", text)]).unwrap();
    crate::verdicts(&tree, policy, options)
}

#[test]
fn data_sources_have_instances_too_trivy_5554() {
    let text = r#"locals {
  grants = { narrow = ["s3:GetObject"], all = ["*"] }
}
data "aws_iam_policy_document" "this" {
  for_each = local.grants
  statement {
    sid       = each.key
    actions   = each.value
    resources = ["*"]
  }
}
resource "aws_iam_policy" "this" {
  for_each = local.grants
  policy   = data.aws_iam_policy_document.this[each.key].json
}
"#;
    let said = of_each("iam-policy-full-admin", text, &[]);
    let of = |verdict: &str| {
        said.iter()
            .filter(|said| said.ends_with(verdict))
            .collect::<Vec<_>>()
    };
    assert_eq!(of("fail"), ["aws_iam_policy.this[\"all\"] fail"]);
    assert_eq!(of("pass"), ["aws_iam_policy.this[\"narrow\"] pass"]);
}

#[test]
fn dynamic_blocks_of_objects_and_lists_checkov_91_3777_trivy_5902() {
    let text = r#"variable "versioning" {
  type    = object({ enabled = bool })
  default = { enabled = true }
}
resource "aws_s3_bucket" "b" {
  dynamic "versioning" {
    for_each = var.versioning != null ? { config = var.versioning } : {}
    content {
      enabled = versioning.value.enabled
    }
  }
}
"#;
    let policy = "s3-bucket-versioning-disabled";
    for (value, verdict) in [
        ("{enabled=true}", "pass"),
        ("{enabled=false}", "fail"),
        ("null", "fail"),
    ] {
        let value = format!("versioning={value}");
        assert_eq!(
            of_each(policy, text, &["--var", &value]),
            [format!("aws_s3_bucket.b {verdict}")],
            "{value}"
        );
    }
    // A list of objects, under a name of its own.
    let text = r#"variable "rules" {
  default = [{ port = 443, open = ["0.0.0.0/0"] }, { port = 22, open = ["10.0.0.0/8"] }]
}
resource "aws_security_group" "g" {
  dynamic "ingress" {
    for_each = var.rules
    iterator = rule
    content {
      from_port   = rule.value.port
      to_port     = rule.value.port
      protocol    = "tcp"
      cidr_blocks = rule.value.open
    }
  }
}
"#;
    let policy = "security-group-ssh-rdp-open";
    assert_eq!(of_each(policy, text, &[]), ["aws_security_group.g pass"]);
    let open = text.replace("10.0.0.0/8", "0.0.0.0/0");
    assert_eq!(of_each(policy, &open, &[]), ["aws_security_group.g fail"]);
}

#[test]
fn static_blocks_count_beside_an_empty_dynamic_one_checkov_6028_6601() {
    let text = r#"variable "more" {
  type    = list(object({ name = string, value = string }))
  default = []
}
resource "aws_rds_cluster_parameter_group" "p" {
  family = "aurora-mysql8.0"
  parameter {
    name  = "require_secure_transport"
    value = "ON"
  }
  dynamic "parameter" {
    for_each = var.more
    content {
      name  = parameter.value.name
      value = parameter.value.value
    }
  }
}
"#;
    let policy = "rds-secure-transport-off";
    let address = "aws_rds_cluster_parameter_group.p";
    assert_eq!(of_each(policy, text, &[]), [format!("{address} pass")]);
    let off = "more=[{name=\"require_secure_transport\",value=\"OFF\"}]";
    assert_eq!(
        of_each(policy, text, &["--var", off]),
        [format!("{address} fail")]
    );
}

#[test]
fn partners_are_found_through_count_tfsec_962_1678() {
    let text = r#"variable "env" { default = ["a", "b"] }
variable "create" { default = true }
resource "aws_s3_bucket" "many" {
  count  = length(var.env)
  bucket = "clinic-${element(var.env, count.index)}"
}
resource "aws_s3_bucket_versioning" "many" {
  count  = length(aws_s3_bucket.many)
  bucket = aws_s3_bucket.many[count.index].id
  versioning_configuration { status = "Enabled" }
}
resource "aws_s3_bucket" "one" {
  count = var.create ? 1 : 0
}
resource "aws_s3_bucket_versioning" "one" {
  count  = var.create ? 1 : 0
  bucket = aws_s3_bucket.one[0].id
  versioning_configuration { status = "Enabled" }
}
"#;
    let mut said = of_each("s3-bucket-versioning-disabled", text, &[]);
    said.retain(|said| said.contains("aws_s3_bucket."));
    assert_eq!(
        said,
        [
            "aws_s3_bucket.many[0] pass",
            "aws_s3_bucket.many[1] pass",
            "aws_s3_bucket.one[0] pass"
        ]
    );
}

#[test]
fn what_an_unknown_number_makes_does_not_vanish_mql_8753() {
    let database = "resource \"aws_db_instance\" \"in\" {\n  storage_encrypted = false\n}\n";
    let text = r#"data "external" "x" { program = ["x"] }
resource "aws_db_instance" "each" {
  for_each          = data.external.x.result
  storage_encrypted = false
}
resource "aws_db_instance" "count" {
  count             = data.external.x.result.n
  storage_encrypted = false
}
module "m" {
  for_each = data.external.x.result
  source   = "./m"
}
"#;
    let tree = Tree::with(&[("main.tf", text), ("m/main.tf", database)]).unwrap();
    let result = json(&tree, &["--only", "rds-storage-unencrypted"]).json();
    let mut failing: Vec<&str> = result["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["verdict"] == "fail")
        .filter_map(|finding| finding["resource"]["address"].as_str())
        .collect();
    failing.sort_unstable();
    assert_eq!(
        failing,
        [
            "aws_db_instance.count[*]",
            "aws_db_instance.each[*]",
            "module.m[*].aws_db_instance.in"
        ]
    );
}

#[test]
fn a_slip_in_a_template_ends_and_hides_nothing_checkov_822_6762() {
    let slip = "provider \"aws\" {\n  assume_role {\n    role_arn = \"arn:aws:iam::${var.account_id}:role/${var.role_name\"\n  }\n}\n";
    let brackets =
        "locals {\n  prefix = \"${replace(var.prefix, \"cdn\", \"s3\")/${var.bucket}\"\n}\n";
    let tree = Tree::with(&[
        ("slip.tf", slip),
        ("brackets.tf", brackets),
        ("main.tf", &database("storage_encrypted = false")),
    ])
    .unwrap();
    let ran = json(&tree, &["--only", "rds-storage-unencrypted"]);
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    assert_eq!(ran.findings(), ["rds-storage-unencrypted fail main.tf:3"]);
    let result = ran.json();
    let told = result["diagnostics"].as_array().unwrap().iter();
    let told: Vec<String> = told
        .map(|told| format!("{} {}:{}", told["code"], told["file"], told["line"]).replace('"', ""))
        .collect();
    assert_eq!(told, ["hcl-syntax brackets.tf:2", "hcl-syntax slip.tf:3"]);
}

#[test]
fn each_of_two_waivers_of_one_policy_counts_checkov_90_2301() {
    let waived = |name: &str| {
        format!(
            "resource \"aws_db_instance\" \"{name}\" {{\n  # hipaa-iac:ignore rds-storage-unencrypted reason=\"synthetic\" owner=\"data\" until=2027-01-31\n  storage_encrypted = false\n}}\n"
        )
    };
    let text = waived("a") + &database("storage_encrypted = false") + &waived("b");
    let mut said = of_each("rds-storage-unencrypted", &text, &[]);
    said.sort();
    assert_eq!(
        said,
        [
            "aws_db_instance.a waived",
            "aws_db_instance.b waived",
            "aws_db_instance.phi fail"
        ]
    );
    let none = of_each("rds-storage-unencrypted", &text, &["--no-inline-waivers"]);
    assert!(none.iter().all(|said| said.ends_with(" fail")), "{none:?}");
}

#[test]
fn a_waiver_in_a_pod_template_is_one_of_its_controller_kube_score_488_504() {
    let text = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: t, namespace: x}\nspec:\n  template:\n    # hipaa-iac:ignore container-privileged reason=\"a node agent\" owner=\"platform\" until=2027-01-31\n    metadata: {labels: {a: b}}\n    spec:\n      containers:\n        - {name: c, image: i, securityContext: {privileged: true}}\n---\napiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: u, namespace: x}\nspec:\n  template:\n    spec:\n      containers:\n        - {name: c, image: i, securityContext: {privileged: true}}\n";
    let tree = Tree::with(&[("a.yaml", text)]).unwrap();
    let ran = json(&tree, &["--only", "container-privileged"]);
    assert_eq!(
        ran.findings(),
        [
            "container-privileged waived a.yaml:10",
            "container-privileged fail a.yaml:19"
        ]
    );
}

#[test]
fn a_report_on_a_plan_points_at_source_and_quotes_no_plan_checkov_5639_7093() {
    let plan = r#"{"format_version":"1.2","terraform_version":"1.11.4","resource_changes":[{"address":"aws_db_instance.phi","mode":"managed","type":"aws_db_instance","name":"phi","provider_name":"registry.terraform.io/hashicorp/aws","change":{"actions":["create"],"before":null,"after":{"engine":"postgres","storage_encrypted":false,"option_group_name":"zq7markerzq7"},"after_unknown":{},"after_sensitive":{}}}]}"#;
    let tree = Tree::with(&[
        ("plan.json", plan),
        ("main.tf", &database("storage_encrypted = false")),
    ])
    .unwrap();
    for format in ["text", "json", "sarif", "junit", "github"] {
        let ran = run_in(tree.path(), &["check", "plan.json", "--format", format]).unwrap();
        assert!(ran.stdout.contains("rds-storage-unencrypted"), "{format}");
        assert!(
            !ran.stdout.contains("zq7marker"),
            "{format}: {}",
            ran.stdout
        );
    }
    let ran = run_in(tree.path(), &["check", "--format", "sarif"]).unwrap();
    let result = &ran.json()["runs"][0];
    let results = result["results"].as_array().unwrap();
    assert!(!results.is_empty());
    for result in results {
        let place = &result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
        assert_eq!(place, "main.tf", "{result}");
    }
}

#[test]
fn a_key_that_a_plan_makes_counts_as_set_checkov_921_3370() {
    let plan = |references: &str| {
        format!(
            r#"{{"format_version":"1.2","terraform_version":"1.11.4","resource_changes":[{{"address":"aws_backup_vault.v","mode":"managed","type":"aws_backup_vault","name":"v","provider_name":"registry.terraform.io/hashicorp/aws","change":{{"actions":["create"],"before":null,"after":{{"name":"v"}},"after_unknown":{{"arn":true,"kms_key_arn":true}},"after_sensitive":{{}}}}}},{{"address":"aws_kms_key.phi","mode":"managed","type":"aws_kms_key","name":"phi","provider_name":"registry.terraform.io/hashicorp/aws","change":{{"actions":["create"],"before":null,"after":{{}},"after_unknown":{{"arn":true}},"after_sensitive":{{}}}}}}],"configuration":{{"root_module":{{"resources":[{{"address":"aws_backup_vault.v","mode":"managed","type":"aws_backup_vault","name":"v","expressions":{{"name":{{"constant_value":"v"}},"kms_key_arn":{{"references":{references}}}}}}},{{"address":"aws_kms_key.phi","mode":"managed","type":"aws_kms_key","name":"phi","expressions":{{}}}}]}}}}}}"#
        )
    };
    for (references, verdict) in [
        (r#"["aws_kms_key.phi.arn","aws_kms_key.phi"]"#, "pass"),
        // What a variable holds is not told.
        (r#"["var.key"]"#, "unknown"),
    ] {
        let tree = Tree::with(&[("plan.json", &plan(references))]).unwrap();
        let said = crate::verdicts(&tree, "backup-vault-without-customer-key", &[]);
        assert_eq!(
            said,
            [format!("aws_backup_vault.v {verdict}")],
            "{references}"
        );
    }
}
