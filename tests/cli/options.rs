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
    assert_eq!(ran("severity: {rds-storage-unencrypted: off}\n").code, 0);
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
}
