//! Options and configuration do what `--help` says.

use hipaa_iac_tests::{Tree, run_in, run_with};

use crate::{BAD, GOOD, JSON};

#[test]
fn exit_codes_follow_severity_and_strictness() {
    let code = |text: &str, extra: &[&str]| {
        let tree = Tree::with(&[("main.tf", text)]).unwrap();
        let mut arguments = JSON.to_vec();
        arguments.extend(extra);
        run_in(tree.path(), &arguments).unwrap().code
    };
    let unknown = BAD.replace("false", "var.encrypted") + "variable \"encrypted\" {}\n";
    assert_eq!(code(BAD, &[]), 1);
    assert_eq!(code(BAD, &["--fail-on", "critical"]), 1);
    assert_eq!(code(BAD, &["--fail-on", "never"]), 0);
    assert_eq!(code(GOOD, &[]), 0);
    assert_eq!(code(&unknown, &[]), 0);
    assert_eq!(code(&unknown, &["--strict"]), 1);
    assert_eq!(code(BAD, &["--format", "nonsense"]), 2);
    assert_eq!(code(BAD, &["--skip", "no-such-policy"]), 2);
    assert_eq!(code(BAD, &["--as-of", "yesterday"]), 2);
}

#[test]
fn variables_take_terraforms_precedence() {
    // The order is Terraform's documented one: environment, terraform.tfvars, *.auto.tfvars, then the command line in order.
    let text = BAD.replace("false", "var.encrypted")
        + "variable \"encrypted\" {\n  type    = bool\n  default = false\n}\n";
    let verdict = |files: &[(&str, &str)], extra: &[&str], environment: &[(&str, &str)]| {
        let tree = Tree::with(&[("main.tf", text.as_str())]).unwrap();
        for (path, text) in files {
            tree.write(path, text.as_bytes()).unwrap();
        }
        let mut arguments = JSON.to_vec();
        arguments.extend(extra);
        run_with(tree.path(), &arguments, environment, None)
            .unwrap()
            .code
    };
    let (on, off) = ("encrypted = true\n", "encrypted = false\n");
    assert_eq!(verdict(&[], &[], &[]), 1);
    assert_eq!(verdict(&[], &[], &[("TF_VAR_encrypted", "true")]), 0);
    assert_eq!(
        verdict(
            &[("terraform.tfvars", off)],
            &[],
            &[("TF_VAR_encrypted", "true")]
        ),
        1
    );
    assert_eq!(
        verdict(
            &[("terraform.tfvars", off), ("a.auto.tfvars", on)],
            &[],
            &[]
        ),
        0
    );
    assert_eq!(
        verdict(&[("a.auto.tfvars", on), ("b.auto.tfvars", off)], &[], &[]),
        1
    );
    assert_eq!(
        verdict(
            &[("a.auto.tfvars", off), ("x.tfvars", on)],
            &["--var-file", "x.tfvars"],
            &[]
        ),
        0
    );
    assert_eq!(
        verdict(
            &[("x.tfvars", on)],
            &["--var-file", "x.tfvars", "--var", "encrypted=false"],
            &[]
        ),
        1
    );
    assert_eq!(
        verdict(
            &[("x.tfvars", off)],
            &["--var", "encrypted=true", "--var-file", "x.tfvars"],
            &[]
        ),
        1
    );
}

#[test]
fn workspaces_decide() {
    let text = BAD.replace("false", "terraform.workspace == \"production\"");
    let tree = Tree::with(&[("main.tf", text.as_str())]).unwrap();
    assert_eq!(run_in(tree.path(), &JSON).unwrap().code, 1);
    let mut arguments = JSON.to_vec();
    arguments.extend(["--workspace", "production"]);
    assert_eq!(run_in(tree.path(), &arguments).unwrap().code, 0);
}

#[test]
fn waivers_waive_expire_and_are_missed() {
    let comment = |until: &str| {
        format!(
            "# hipaa-iac:ignore rds-storage-unencrypted reason=\"synthetic\" owner=\"data\" until={until}\n{BAD}"
        )
    };
    let ran = |text: &str, extra: &[&str]| {
        let tree = Tree::with(&[("main.tf", text)]).unwrap();
        let mut arguments = JSON.to_vec();
        arguments.extend(extra);
        run_in(tree.path(), &arguments).unwrap()
    };
    let waived = ran(&comment("2027-01-31"), &[]);
    assert_eq!(
        (waived.code, waived.findings()),
        (
            0,
            vec!["rds-storage-unencrypted waived main.tf:5".to_owned()]
        )
    );
    assert_eq!(waived.json()["findings"][0]["waiver"]["owner"], "data");
    assert_eq!(ran(&comment("2026-11-23"), &[]).code, 1);
    assert!(
        ran(&comment("2026-11-23"), &[])
            .stdout
            .contains("waiver-expired")
    );
    assert_eq!(
        ran(&comment("2027-01-31"), &["--no-inline-waivers"]).code,
        1
    );
    assert_eq!(
        ran(&comment("2029-01-31"), &[]).code,
        2,
        "more than a year ahead"
    );
    let unused = ran(
        &format!(
            "# hipaa-iac:ignore rds-storage-unencrypted reason=\"x\" owner=\"y\" until=2027-01-31\n{GOOD}"
        ),
        &[],
    );
    assert!(unused.stdout.contains("waiver-unused"), "{}", unused.stdout);
}

#[test]
fn the_configuration_is_read_and_its_mistakes_are_told() {
    let ran = |config: &str| {
        let tree = Tree::with(&[("main.tf", BAD), ("hipaa-iac.yaml", config)]).unwrap();
        run_in(tree.path(), &JSON).unwrap()
    };
    assert_eq!(ran("classification: {default: none}\n").code, 0);
    assert_eq!(ran("classification:\n  default: phi\n  rules: [{address: 'aws_db_instance.*', class: none}]\n").code, 0);
    assert_eq!(
        ran("severity: {rds-storage-unencrypted: low}\nfailOn: medium\n").code,
        0
    );
    // What `--only` asks for runs, whatever the configuration switches off.
    for off in [
        "severity: {rds-storage-unencrypted: off}\n",
        "skip: [rds-storage-unencrypted]\n",
    ] {
        assert_eq!(ran(off).code, 1, "{off}");
        let tree = Tree::with(&[("main.tf", BAD), ("hipaa-iac.yaml", off)]).unwrap();
        let all = run_in(tree.path(), &["check", "--format", "json"]).unwrap();
        assert!(
            !all.stdout
                .contains("\"policy\": \"rds-storage-unencrypted\""),
            "{off}"
        );
    }
    let misspelt = ran("severity: {rds-storage-unencrypt: low}\n");
    assert_eq!(misspelt.code, 2);
    assert!(
        format!("{}{}", misspelt.stdout, misspelt.stderr).contains("rds-storage-unencrypted"),
        "a suggestion"
    );
    assert_eq!(ran("clasification: {default: none}\n").code, 2);
    let waiver = "waivers:\n  - {policy: rds-storage-unencrypted, address: 'aws_db_instance.*', reason: r, owner: o, until: 2027-01-31}\n";
    assert_eq!(ran(waiver).code, 0);
}

#[test]
fn environments_are_judged_each() {
    let text = BAD.replace("false", "var.encrypted") + "variable \"encrypted\" {}\n";
    let tree = Tree::with(&[
        ("main.tf", text.as_str()),
        ("production.tfvars", "encrypted = true\n"),
        ("test.tfvars", "encrypted = false\n"),
        ("hipaa-iac.yaml", "environments:\n  - {name: production, varFiles: [production.tfvars]}\n  - {name: test, varFiles: [test.tfvars]}\n"),
    ])
    .unwrap();
    let ran = run_in(tree.path(), &JSON).unwrap();
    let findings = ran.json()["findings"].as_array().unwrap().clone();
    assert_eq!(findings.len(), 1, "{}", ran.stdout);
    assert_eq!(findings[0]["environment"], "test");
}

#[test]
fn variables_of_an_environment_decide() {
    let text = BAD.replace("false", "var.encrypted") + "variable \"encrypted\" {}\n";
    let tree = Tree::with(&[
        ("main.tf", text.as_str()),
        ("hipaa-iac.yaml", "environments:\n  - {name: production, vars: {encrypted: true}}\n  - {name: test, vars: {encrypted: false}}\n"),
    ])
    .unwrap();
    let ran = run_in(tree.path(), &JSON).unwrap();
    let findings = ran.json()["findings"].as_array().unwrap().clone();
    assert_eq!(findings.len(), 1, "{}", ran.stdout);
    assert_eq!(findings[0]["environment"], "test");
    let origin = findings[0]["origin"].to_string();
    assert!(origin.contains("environment"), "{origin}");
    // The command line has the last word.
    let given = [&JSON[..], &["--var", "encrypted=true"]].concat();
    assert_eq!(run_in(tree.path(), &given).unwrap().findings(), [""; 0]);
}

#[test]
fn an_argument_that_is_null_is_pointed_at_and_what_made_it_null_is_named() {
    let module = "variable \"encrypted\" {}\nresource \"aws_db_instance\" \"in\" {\n  engine            = \"postgres\"\n  storage_encrypted = var.encrypted\n}\n";
    let root = r#"variable "encrypted" {
  default = null
}
variable "given" {}
locals {
  encrypted = null
}
resource "aws_db_instance" "a" {
  engine            = "postgres"
  storage_encrypted = var.encrypted
}
resource "aws_db_instance" "b" {
  engine            = "postgres"
  storage_encrypted = local.encrypted
}
resource "aws_db_instance" "c" {
  engine            = "postgres"
  storage_encrypted = null
}
resource "aws_db_instance" "d" {
  engine            = "postgres"
  storage_encrypted = var.given
}
resource "aws_db_instance" "e" {
  engine = "postgres"
}
module "db" {
  source    = "./db"
  encrypted = null
}
"#;
    let tree = Tree::with(&[
        ("main.tf", root),
        ("db/main.tf", module),
        ("terraform.tfvars", "given = null\n"),
    ])
    .unwrap();
    let ran = run_in(tree.path(), &JSON).unwrap();
    let result = ran.json();
    let found: Vec<String> = result["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| {
            let (at, origin) = (&finding["resource"], &finding["origin"]);
            format!(
                "{} {} {} from {} {} {}",
                at["file"],
                at["line"],
                at["column"],
                origin["what"],
                origin["file"],
                origin["line"]
            )
            .replace('"', "")
        })
        .collect();
    assert_eq!(
        found,
        [
            "db/main.tf 4 23 from argument of module.db main.tf 29",
            "main.tf 10 23 from default of var.encrypted main.tf 2",
            "main.tf 14 23 from local.encrypted main.tf 6",
            "main.tf 18 23 from null null null",
            "main.tf 22 23 from terraform.tfvars terraform.tfvars 1",
            // Nothing was written, so the head of the resource is its place.
            "main.tf 24 1 from null null null",
        ]
    );
}

#[test]
fn a_default_of_an_optional_attribute_is_the_origin() {
    let text = BAD.replace("false", "var.db.encrypted")
        + "variable \"db\" {\n  type = object({ encrypted = optional(bool, false) })\n  default = {}\n}\n";
    let tree = Tree::with(&[("main.tf", text.as_str())]).unwrap();
    let ran = run_in(tree.path(), &JSON).unwrap();
    let origin = ran.json()["findings"][0]["origin"].clone();
    let line = text.lines().position(|line| line.contains("optional("));
    assert_eq!(
        origin["line"].as_u64(),
        line.map(|line| line as u64 + 1),
        "{origin}"
    );
    let what = origin["what"].as_str().unwrap();
    assert!(
        what.contains("default") && what.contains("encrypted"),
        "{what}"
    );
}

#[test]
fn a_misspelt_key_of_the_configuration_is_pointed_at() {
    let place = |config: &str| {
        let tree = Tree::with(&[("main.tf", GOOD), ("hipaa-iac.yaml", config)]).unwrap();
        let ran = run_in(tree.path(), &["check", "--only", "rds-storage-unencrypted"]).unwrap();
        assert_eq!(ran.code, 2, "{}", ran.stdout);
        let at = ran.stdout.find("--> hipaa-iac.yaml:").unwrap();
        let line = ran.stdout[at..].lines().next().unwrap();
        line.trim_start_matches("--> hipaa-iac.yaml:").to_owned()
    };
    assert_eq!(place("severity:\n  rds-storage-unencrypt: low\n"), "2:3");
    assert_eq!(
        place("parameters:\n  rds-backup-retention-short:\n    minDays: 3\n"),
        "3:5"
    );
    assert_eq!(place("skip: [container-privileged, nope]\n"), "1:30");
}

#[test]
fn inspect_shows_no_secret() {
    let terraform = "resource \"aws_db_instance\" \"a\" {\n  identifier = \"patients\"\n  password   = \"zq7markerzq7\"\n}\n\
                     provider \"vault\" {\n  token = \"zq7markerzq7\"\n}\n\
                     resource \"aws_lambda_function\" \"f\" {\n  function_name = \"f\"\n  environment {\n    variables = { DB_PASSWORD = \"zq7markerzq7\", LEVEL = \"debug\" }\n  }\n}\n\
                     resource \"aws_ecs_task_definition\" \"t\" {\n  container_definitions = jsonencode([{ environment = [{ name = \"API_TOKEN\", value = \"zq7markerzq7\" }] }])\n}\n";
    let manifests = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {user: zq7markerzq7}\n---\n\
                     apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n  - name: c\n    image: x\n    env: [{name: DB_PASSWORD, value: zq7markerzq7}, {name: LEVEL, value: info}]\n";
    let tree = Tree::with(&[("main.tf", terraform), ("pod.yaml", manifests)]).unwrap();
    let ran = run_in(tree.path(), &["inspect", ".", "--format", "json"]).unwrap();
    assert!(!ran.stdout.contains("zq7markerzq7"), "{}", ran.stdout);
    // What hides them hides nothing else.
    for shown in ["patients", "debug", "info", "DB_PASSWORD"] {
        assert!(ran.stdout.contains(shown), "{shown}: {}", ran.stdout);
    }
    let resources = ran.json()["resources"].as_array().unwrap().clone();
    let instance = resources
        .iter()
        .find(|resource| resource["address"] == "aws_db_instance.a");
    let instance = instance.unwrap();
    assert_eq!(instance["sensitive"]["password"], true);
    assert_eq!(instance["values"]["password"], serde_json::Value::Null);
}

#[test]
fn standard_input_is_read() {
    let tree = Tree::new().unwrap();
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers: [{name: c, image: x, securityContext: {privileged: true}}]\n";
    let ran = run_with(
        tree.path(),
        &[
            "check",
            "-",
            "--only",
            "container-privileged",
            "--format",
            "json",
        ],
        &[],
        Some(pod),
    )
    .unwrap();
    assert_eq!(
        (ran.code, ran.findings().len()),
        (1, 1),
        "{}{}",
        ran.stdout,
        ran.stderr
    );
}

#[test]
fn policies_of_ones_own() {
    let policy = "apiVersion: hipaa-iac.dev/v1alpha1\nkind: Policy\nmetadata: {name: db-name-too-short}\nspec:\n  title: Databases have long names\n  severity: low\n  safeguards: [\"164.312(a)(1)\"]\n  profiles: [hipaa]\n  match: {terraform: [aws_db_instance]}\n  rules:\n    - select: $.identifier\n      absent: fail\n      require: self.size() > 20\n      message: the name is short\n  rationale: because\n  remediation: {text: choose a longer one}\n";
    let tree = Tree::with(&[
        ("main.tf", BAD),
        ("mine/db-name-too-short/policy.yaml", policy),
        (
            "mine/db-name-too-short/fail.tf",
            &BAD.replace("\"patients\"", "\"patients\" # expect: db-name-too-short"),
        ),
        (
            "mine/db-name-too-short/pass.tf",
            &BAD.replace("\"patients\"", "\"patients-of-the-whole-clinic\""),
        ),
    ])
    .unwrap();
    let ran = run_in(
        tree.path(),
        &[
            "check",
            "main.tf",
            "--policy",
            "mine",
            "--only",
            "db-name-too-short",
            "--format",
            "json",
        ],
    )
    .unwrap();
    assert_eq!(ran.findings(), ["db-name-too-short fail main.tf:2"]);
    let tested = run_in(tree.path(), &["policy", "test", "mine"]).unwrap();
    assert_eq!(tested.code, 0, "{}", tested.stdout);
    assert!(
        tested.stdout.contains("2 passed, 0 failed"),
        "{}",
        tested.stdout
    );
    tree.write("mine/db-name-too-short/pass.tf", BAD.as_bytes())
        .unwrap();
    let tested = run_in(tree.path(), &["policy", "test", "mine"]).unwrap();
    assert_eq!(
        tested.code, 1,
        "a fixture that does not hold: {}",
        tested.stdout
    );
}

#[test]
fn init_schema_completions_explain_list() {
    let tree = Tree::with(&[("main.tf", BAD)]).unwrap();
    assert_eq!(run_in(tree.path(), &["init"]).unwrap().code, 0);
    assert_eq!(
        run_in(tree.path(), &["init"]).unwrap().code,
        2,
        "it replaces nothing unasked"
    );
    assert_eq!(
        run_in(tree.path(), &JSON).unwrap().code,
        1,
        "what init writes is valid and changes nothing"
    );
    for of in ["result", "policy", "config"] {
        assert!(
            run_in(tree.path(), &["schema", of]).unwrap().json()["$schema"].is_string(),
            "{of}"
        );
    }
    assert!(
        run_in(tree.path(), &["completions", "bash"])
            .unwrap()
            .stdout
            .contains("hipaa-iac")
    );
    let explained = run_in(tree.path(), &["explain", "rds-storage-unencrypted"]).unwrap();
    assert!(
        explained.stdout.contains("164.312(a)(2)(iv)"),
        "{}",
        explained.stdout
    );
    let misspelt = run_in(tree.path(), &["explain", "rds-storage-unencryptd"]).unwrap();
    assert_eq!(misspelt.code, 2);
    assert!(
        misspelt.stderr.contains("rds-storage-unencrypted"),
        "{}",
        misspelt.stderr
    );
    let list = run_in(tree.path(), &["policy", "list", "--format", "json"])
        .unwrap()
        .json();
    let first = &list.as_array().unwrap()[0];
    for key in [
        "name",
        "title",
        "severity",
        "safeguards",
        "profiles",
        "match",
        "see",
        "related",
    ] {
        assert!(first.get(key).is_some(), "{key}");
    }
    let profiles: std::collections::BTreeSet<&str> = list
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|policy| policy["profiles"].as_array().unwrap())
        .map(|profile| profile.as_str().unwrap())
        .collect();
    assert_eq!(
        profiles.into_iter().collect::<Vec<_>>(),
        ["availability", "hardening", "hipaa", "nprm-2025"],
        "every profile is listed"
    );
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = run_in(tree.path(), &["completions", shell]).unwrap();
        assert_eq!(script.code, 0, "{}", script.stderr);
        assert!(script.stdout.contains("allow-unresolved"), "{shell}");
    }
}

#[test]
fn inspect_has_the_shape_that_others_build_on() {
    let text = "variable \"key\" {}\nvariable \"secret\" {\n  sensitive = true\n  default   = \"zq7marker\"\n}\nresource \"aws_db_instance\" \"d\" {\n  count      = 1\n  engine     = \"postgres\"\n  kms_key_id = var.key\n  password   = var.secret\n  timeouts { create = \"1h\" }\n}\n";
    let tree = Tree::with(&[("main.tf", text)]).unwrap();
    let ran = run_in(tree.path(), &["inspect", ".", "--format", "json"]).unwrap();
    let inventory = ran.json();
    assert_eq!(inventory["kind"], "Inventory");
    assert!(inventory["schemaVersion"].is_string());
    let resource = &inventory["resources"][0];
    let keys: Vec<&str> = resource
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    for key in [
        "address",
        "mode",
        "type",
        "name",
        "provider",
        "providerConfig",
        "values",
        "unknown",
        "sensitive",
        "file",
        "line",
    ] {
        assert!(keys.contains(&key), "{key} of {keys:?}");
    }
    assert_eq!(resource["address"], "aws_db_instance.d[0]");
    assert_eq!(
        (&resource["mode"], &resource["type"], &resource["name"]),
        (&"managed".into(), &"aws_db_instance".into(), &"d".into())
    );
    assert_eq!(
        (&resource["file"], &resource["line"]),
        (&"main.tf".into(), &6.into())
    );
    assert_eq!(resource["values"]["engine"], "postgres");
    assert_eq!(resource["unknown"]["kms_key_id"], true);
    assert_eq!(resource["sensitive"]["password"], true);
    assert!(!ran.stdout.contains("zq7marker"), "{}", ran.stdout);
}

#[test]
fn quiet_and_verbose_say_less_and_more() {
    let tree = Tree::with(&[("main.tf", BAD)]).unwrap();
    let only = ["check", "--only", "rds-storage-unencrypted"];
    let said = |option: &[&str]| {
        let ran = run_in(tree.path(), &[&only[..], option].concat()).unwrap();
        assert_eq!(ran.code, 1);
        ran.stdout
    };
    let (quiet, plain, verbose) = (said(&["-q"]), said(&[]), said(&["-v"]));
    assert!(quiet.starts_with("main.tf:4:"), "{quiet}");
    assert!(quiet.len() < plain.len() && plain.len() < verbose.len());
    // What the policy says of itself, and its fix as code.
    assert!(verbose.contains("storage_encrypted = true"), "{verbose}");
}

/// The exit code of a wrong use, and what it says.
fn refused(arguments: &[&str]) -> String {
    let tree = Tree::with(&[("main.tf", BAD)]).unwrap();
    let ran = run_in(tree.path(), arguments).unwrap();
    assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.stdout);
    ran.stderr
}

#[test]
fn wrong_usage_names_the_thing_and_a_remedy() {
    assert!(refused(&["check", "--format", "json="]).contains("--format json="));
    assert!(refused(&["check", "--jobs", "0"]).contains("1..=256"));
    assert!(refused(&["check", "--workspace", ""]).contains("--workspace"));
    assert!(refused(&["check", "--helm-values", "no.yaml"]).contains("no.yaml: no such file"));
    assert!(refused(&["policy", "show", "nonsense"]).contains("hipaa-iac policy list"));
    assert!(
        refused(&["check", "--config", "gone.yaml"])
            .contains("gone.yaml: no such file; correct --config")
    );
    assert!(refused(&["policy", "lint", "main.tf"]).contains("main.tf: not a folder"));
    let variable = refused(&["check", "--var", "=hunter2"]);
    assert!(
        variable.contains("NAME=VALUE") && !variable.contains("hunter2"),
        "{variable}"
    );
}

#[test]
fn a_run_that_judges_nothing_says_so() {
    let tree = Tree::with(&[("notes/a.txt", "hello"), ("sub/main.tf", GOOD)]).unwrap();
    let ran = run_in(tree.path(), &["check", "notes"]).unwrap();
    assert_eq!(ran.code, 0);
    assert!(ran.stdout.contains("no-resources"), "{}", ran.stdout);
    let strictly = |arguments: &[&str], code: &str| {
        let ran = run_in(tree.path(), &[arguments, &["--strict"]].concat()).unwrap();
        assert_eq!(ran.code, 3, "{}", ran.stdout);
        assert!(
            ran.stdout.contains(&format!("error[{code}]")),
            "{}",
            ran.stdout
        );
        assert!(ran.stdout.contains("incomplete"), "{}", ran.stdout);
    };
    strictly(&["check", "notes"], "no-resources");
    let only = ["check", "sub", "--only", "rds-storage-unencrypted"];
    let none = [&only[..], &["--skip", "rds-storage-unencrypted"]].concat();
    let ran = run_in(tree.path(), &none).unwrap();
    assert_eq!(ran.code, 0);
    assert!(ran.stdout.contains("no-policies"), "{}", ran.stdout);
    strictly(&none, "no-policies");
}

#[test]
fn a_command_that_failed_before_the_pipe_is_no_pass() {
    let tree = Tree::new().unwrap();
    let code = |text: &str| {
        run_with(tree.path(), &["check", "-"], &[], Some(text))
            .unwrap()
            .code
    };
    assert_eq!(code(""), 3);
    assert_eq!(code("Error: chart not found\n"), 3);
    assert_eq!(code(BAD), 3, "Terraform source is not read from a pipe");
    assert_eq!(code("apiVersion: v1\nkind: List\nitems: []\n"), 0);
}

/// `hipaa-iac check | head -1`: who reads may stop.
#[test]
fn a_reader_that_went_away_changes_no_verdict() {
    let tree = Tree::with(&[("main.tf", BAD)]).unwrap();
    for format in ["text", "json", "sarif"] {
        let mut run = std::process::Command::new(hipaa_iac_tests::program().unwrap())
            .args(["check", ".", "--format", format])
            .current_dir(tree.path())
            .stdin(std::process::Stdio::null())
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        drop(run.stdout.take());
        let out = run.wait_with_output().unwrap();
        assert_eq!(out.status.code(), Some(1), "{format}: {out:?}");
        assert!(out.stderr.is_empty(), "{format}: {out:?}");
    }
}

/// A policy that every database passes.
const OWN: &str = "apiVersion: hipaa-iac.dev/v1alpha1\nkind: Policy\nmetadata: {name: own}\nspec:\n  title: Own\n  severity: low\n  safeguards: [\"164.312(a)(1)\"]\n  profiles: [hipaa]\n  match: {terraform: [aws_db_instance]}\n  rules:\n    - select: $.identifier\n      absent: pass\n      require: self != 'x'\n      message: the name is x\n  rationale: because\n  remediation: {text: choose another}\n";

#[test]
fn a_folder_of_policies_without_a_policy_is_a_mistake() {
    let tree = Tree::with(&[("main.tf", GOOD), ("rules/main.tf", BAD)]).unwrap();
    for arguments in [
        ["check", ".", "--policy", "rules"].as_slice(),
        &["policy", "lint", "rules"],
    ] {
        let ran = run_in(tree.path(), arguments).unwrap();
        assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.stdout);
        assert!(ran.stderr.contains("rules: no policy"), "{}", ran.stderr);
    }
    for kind in ["Policy # ours", "\"Policy\"", "'Policy'", "Policy"] {
        let policy = OWN.replace("kind: Policy", &format!("kind: {kind}"));
        let tree = Tree::with(&[("rules/own.yaml", &policy)]).unwrap();
        let ran = run_in(tree.path(), &["policy", "show", "--policy", "rules", "own"]).unwrap();
        assert_eq!(ran.code, 0, "{kind}: {}", ran.stderr);
    }
}

#[test]
fn fixtures_of_configured_policies_are_no_input() {
    let fixture = ("rules/mine/fail.tf", BAD);
    let policy = ("rules/mine/policy.yaml", OWN);
    let configuration = ("hipaa-iac.yaml", "policies: [rules]\n");
    let tree = Tree::with(&[("main.tf", GOOD), fixture, policy, configuration]).unwrap();
    assert_eq!(run_in(tree.path(), &JSON).unwrap().code, 0);
    let named = [&["check", "rules/mine"], &JSON[2..]].concat();
    assert_eq!(
        run_in(tree.path(), &named).unwrap().code,
        1,
        "unless they are named"
    );
    let tree = Tree::with(&[("main.tf", GOOD), fixture, policy]).unwrap();
    assert_eq!(run_in(tree.path(), &JSON).unwrap().code, 1);
    let option = [&JSON[..], &["--policy", "rules"]].concat();
    assert_eq!(run_in(tree.path(), &option).unwrap().code, 0);
}

#[test]
fn paths_that_overlap_are_read_once() {
    let tree = Tree::with(&[("sub/main.tf", GOOD)]).unwrap();
    let absolute = tree.path().join("sub").display().to_string();
    for paths in [
        ["sub", "sub/main.tf"],
        ["./sub", "sub"],
        ["sub", absolute.as_str()],
    ] {
        let arguments = [&["check"], &paths[..], &JSON[2..]].concat();
        let ran = run_in(tree.path(), &arguments).unwrap();
        assert_eq!(
            (ran.code, ran.json()["summary"]["resources"].as_u64()),
            (0, Some(1)),
            "{paths:?}"
        );
    }
}

#[test]
fn a_path_below_the_working_folder_is_shown_from_there() {
    let tree = Tree::with(&[("sub/main.tf", BAD)]).unwrap();
    let here = tree.path().canonicalize().unwrap();
    let said = |path: &str, format: &str| {
        let arguments = ["check", path, "--format", format, "--as-of", "2026-11-24"];
        let ran = run_in(&here, &arguments).unwrap();
        assert_eq!(ran.code, 1, "{}", ran.stderr);
        ran.stdout
    };
    let name = here.file_name().unwrap().to_string_lossy();
    let absolute = here.join("sub").display().to_string();
    let up = format!("../{name}/sub");
    for format in ["text", "json", "sarif", "github"] {
        for path in [&*absolute, &*up, "sub/../sub"] {
            let told = said(path, format);
            assert_eq!(told, said("sub", format), "{format} {path}");
            assert!(!told.contains(&*here.to_string_lossy()), "{format}: {told}");
        }
    }
    for path in [&*here.to_string_lossy(), &*format!("../{name}")] {
        assert_eq!(said(path, "json"), said(".", "json"), "{path}");
    }
    let one = [&["check", "sub", &*up][..], &JSON[2..]].concat();
    assert_eq!(
        run_in(&here, &one).unwrap().json()["summary"]["resources"],
        1
    );
}

#[test]
fn a_broken_policy_is_told_where_it_is_asked_for() {
    let policy = "apiVersion: hipaa-iac.dev/v1alpha1\nkind: Policy\nmetadata: {name: mine}\nspec: {titel: x}\n";
    let tree = Tree::with(&[("main.tf", BAD), ("rules/mine/policy.yaml", policy)]).unwrap();
    for arguments in [
        ["check", "--policy", "rules", "--only", "mine"].as_slice(),
        &["explain", "--policy", "rules", "mine"],
        &["policy", "show", "--policy", "rules", "mine"],
    ] {
        let ran = run_in(tree.path(), arguments).unwrap();
        assert_eq!(ran.code, 2);
        assert!(
            ran.stderr.contains("titel"),
            "{arguments:?}: {}",
            ran.stderr
        );
    }
}

#[test]
fn two_formats_to_one_file_are_refused() {
    let tree = Tree::with(&[("main.tf", BAD)]).unwrap();
    for second in ["text=o", "text=./o"] {
        let ran = run_in(
            tree.path(),
            &["check", "--format", "json=o", "--format", second],
        )
        .unwrap();
        assert_eq!(ran.code, 2, "{}", ran.stderr);
        assert!(!tree.path().join("o").exists());
    }
}

#[test]
#[cfg(unix)]
fn bash_completes_behind_a_subcommand() {
    let script = r#"
        source <("$P" completions bash)
        complete() { COMP_WORDS=(hipaa-iac "$@"); COMP_CWORD=$#; _hipaa__iac hipaa-iac "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"; echo "${COMPREPLY[@]}"; }
        complete che
        complete check --fo
        complete policy lis
        complete evidence key-list --k
    "#;
    let out = std::process::Command::new("bash")
        .args(["--norc", "-c", script])
        .env("P", hipaa_iac_tests::program().unwrap())
        .output()
        .unwrap();
    let text = String::from_utf8(out.stdout).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(&lines[..3], ["check", "--format", "list"], "{text}");
    assert!(lines[3].starts_with("--k"), "{text}");
}

/// A terminal is made by `script` of util-linux, which gives its own to the program's standard error alone.
#[test]
#[cfg(target_os = "linux")]
fn the_width_of_a_terminal_is_that_of_the_output() {
    let tree = Tree::with(&[("main.tf", BAD)]).unwrap();
    let mut texts = Vec::new();
    for columns in [70, 110] {
        let command = format!(
            "stty cols {columns}; '{}' check . --format text=file >/dev/null; '{}' check . >redirected",
            hipaa_iac_tests::program().unwrap().display(),
            hipaa_iac_tests::program().unwrap().display(),
        );
        let out = std::process::Command::new("script")
            .args(["--quiet", "--return", "--command", &command, "/dev/null"])
            .current_dir(tree.path())
            .stdin(std::process::Stdio::null())
            .output()
            .unwrap();
        assert_eq!(out.status.code(), Some(1), "{out:?}");
        for name in ["file", "redirected"] {
            texts.push(std::fs::read_to_string(tree.path().join(name)).unwrap());
        }
    }
    texts.dedup();
    assert_eq!(texts.len(), 1, "{texts:?}");
    assert!(texts[0].contains("rds-storage-unencrypted"));
}

#[test]
fn a_configuration_that_is_not_in_force_is_told() {
    let tree = Tree::with(&[("infra/main.tf", BAD), ("hipaa-iac.yaml", "strict: true\n")]).unwrap();
    let told = |arguments: &[&str]| {
        let ran = run_in(tree.path(), arguments).unwrap();
        ran.stderr
            .contains("hipaa-iac.yaml of the working folder was not used")
    };
    assert!(told(&["check", "infra"]));
    assert!(told(&["inspect", "infra/main.tf"]));
    for used in [
        &["check"][..],
        &["check", ".", "infra"],
        &["check", "infra", "--quiet"],
        &["check", "infra", "--config", "hipaa-iac.yaml"],
    ] {
        assert!(!told(used), "{used:?}");
    }
}

/// What `script` of util-linux shows of a command on a terminal of 80 columns: its lines.
#[cfg(target_os = "linux")]
fn on_a_terminal(tree: &Tree, arguments: &str) -> Vec<String> {
    let program = hipaa_iac_tests::program().unwrap();
    let command = format!("stty cols 80 rows 24; '{}' {arguments}", program.display());
    let out = std::process::Command::new("script")
        .args(["--quiet", "--return", "--command", &command, "/dev/null"])
        .current_dir(tree.path())
        .env_remove("COLUMNS")
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    let text = String::from_utf8(out.stdout).unwrap();
    text.lines()
        .map(|line| line.trim_end_matches('\r').to_owned())
        .collect()
}

#[test]
#[cfg(target_os = "linux")]
fn lists_and_explanations_fit_a_terminal() {
    let name = "a_database_with_a_very_long_name_that_somebody_thought_out_for_the_records";
    let text = BAD.replace(
        "false",
        "var.is_it_encrypted_or_not_and_who_decides_about_that",
    ) + "variable \"is_it_encrypted_or_not_and_who_decides_about_that\" {}\n"
        + &BAD.replace("phi", name);
    let tree = Tree::with(&[("infra/database.tf", &text)]).unwrap();
    for (arguments, holds) in [
        ("policy list", "rds-storage-unencrypted  critical  [hipaa"),
        ("explain container-privileged", "kubescape C-0057"),
        ("inspect -q", "    storage_encrypted is unknown:"),
    ] {
        let lines = on_a_terminal(&tree, arguments);
        assert!(
            lines.iter().any(|line| line.contains(holds)),
            "{arguments}: {lines:#?}"
        );
        let fits = |line: &String| line.chars().count() <= 80 || !line.trim_start().contains(' ');
        for line in &lines {
            assert!(fits(line), "{arguments}: {line:?}");
        }
    }
    // What goes to another program has one line for each policy.
    let piped = run_in(tree.path(), &["policy", "list"]).unwrap().stdout;
    let line = piped
        .lines()
        .find(|line| line.starts_with("rds-storage-unencrypted "));
    assert!(line.unwrap().contains("critical") && line.unwrap().contains("[hipaa"));
}

#[test]
fn each_option_stands_under_its_heading_in_the_help() {
    let tree = Tree::new().unwrap();
    let under = |command: &str, option: &str| {
        let help = run_in(tree.path(), &[command, "--help"]).unwrap().stdout;
        let mut heading = String::new();
        for line in help.lines() {
            if line.ends_with(':') && !line.starts_with(' ') {
                heading = line.trim_end_matches(':').to_owned();
            }
            let line = line.trim_start();
            if line.split([' ', ',']).any(|word| word == option) && line.starts_with('-') {
                return heading;
            }
        }
        format!("not in the help of {command}")
    };
    for (command, option, heading) in [
        ("check", "--var", "Input"),
        ("check", "--policy", "Policies"),
        ("check", "--profile", "Policies"),
        ("check", "--only", "Policies"),
        ("check", "--skip", "Policies"),
        ("check", "--as-of", "Policies"),
        ("check", "--no-inline-waivers", "Policies"),
        ("check", "--format", "Report"),
        ("check", "--show", "Report"),
        ("check", "--evidence", "Evidence"),
        ("check", "--evidence-trusted-key", "Evidence"),
        ("check", "--jobs", "Global options"),
        ("inspect", "--var", "Input"),
        ("inspect", "--format", "Options"),
        ("policy", "--color", "Global options"),
    ] {
        assert_eq!(under(command, option), heading, "{command} {option}");
    }
}
