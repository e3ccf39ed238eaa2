//! Every format is what its readers expect, equal input gives equal bytes, and nothing secret is in any of them.

use std::fmt::Write as _;

use hipaa_iac_tests::{Tree, run_in, run_with, workspace};

use crate::BAD;

const FORMATS: [&str; 5] = ["text", "json", "sarif", "junit", "github"];

#[test]
fn two_runs_give_the_same_bytes() {
    for format in FORMATS {
        let run = || {
            run_in(
                &workspace(),
                &[
                    "check",
                    "examples/clinic",
                    "--format",
                    format,
                    "--show",
                    "all",
                    "--as-of",
                    "2026-11-24",
                ],
            )
            .unwrap()
        };
        let first = run();
        assert!(first.stdout.len() > 1000, "{format}: {}", first.stderr);
        assert_eq!(first.stdout, run().stdout, "{format}");
        let one_thread = run_in(
            &workspace(),
            &[
                "check",
                "examples/clinic",
                "-j",
                "1",
                "--format",
                format,
                "--show",
                "all",
                "--as-of",
                "2026-11-24",
            ],
        )
        .unwrap();
        assert_eq!(first.stdout, one_thread.stdout, "{format}, one thread");
    }
}

#[test]
fn several_formats_each_to_its_file() {
    let tree = Tree::with(&[("main.tf", BAD)]).unwrap();
    let ran = run_in(
        tree.path(),
        &[
            "check",
            "-f",
            "text",
            "-f",
            "json=out/result.json",
            "-f",
            "sarif=result.sarif",
        ],
    )
    .unwrap();
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stdout.contains("rds-storage-unencrypted"));
    let json = std::fs::read_to_string(tree.path().join("out/result.json")).unwrap();
    assert!(json.contains("\"CheckResult\""));
    assert!(
        std::fs::read_to_string(tree.path().join("result.sarif"))
            .unwrap()
            .contains("\"2.1.0\"")
    );
}

#[test]
fn the_result_follows_its_published_schema() {
    let schema = run_in(&workspace(), &["schema", "result"]).unwrap().json();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for show in ["findings", "failures", "all"] {
        let result = run_in(
            &workspace(),
            &[
                "check",
                "examples/clinic",
                "--format",
                "json",
                "--show",
                show,
            ],
        )
        .unwrap()
        .json();
        let problems: Vec<String> = validator
            .iter_errors(&result)
            .map(|error| format!("{error} at {}", error.instance_path()))
            .collect();
        assert!(problems.is_empty(), "{problems:#?}");
        let mut fingerprints: Vec<_> = result["findings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|finding| finding["fingerprint"].as_str().unwrap().to_owned())
            .collect();
        let all = fingerprints.len();
        fingerprints.sort();
        fingerprints.dedup();
        assert_eq!(
            fingerprints.len(),
            all,
            "no two findings share a fingerprint"
        );
    }
}

#[test]
fn fingerprints_survive_moved_lines() {
    let fingerprint = |text: &str| {
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
        ran.json()["findings"][0]["fingerprint"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(
        fingerprint(BAD),
        fingerprint(&format!("\n\n# moved\n{BAD}"))
    );
    assert_ne!(
        fingerprint(BAD),
        fingerprint(&BAD.replace("\"phi\"", "\"other\""))
    );
}

#[test]
fn colour_only_where_it_is_wanted() {
    let tree = Tree::with(&[("main.tf", BAD)]).unwrap();
    let escapes = |arguments: &[&str], variables: &[(&str, &str)]| {
        let mut all = vec!["check"];
        all.extend(arguments);
        run_with(tree.path(), &all, variables, None)
            .unwrap()
            .stdout
            .contains('\u{1b}')
    };
    assert!(!escapes(&[], &[]), "a pipe is no terminal");
    assert!(escapes(&["--color", "always"], &[]));
    assert!(!escapes(&["--color", "never"], &[]));
    // A terminal of `script` (util-linux), where it is there.
    let in_terminal = |no_color: Option<&str>| {
        let program = hipaa_iac_tests::program().unwrap();
        let mut script = std::process::Command::new("script");
        script
            .args(["-qec", &format!("{} check", program.display()), "/dev/null"])
            .current_dir(tree.path())
            .stdin(std::process::Stdio::null())
            .env_remove("NO_COLOR")
            .envs(no_color.map(|value| ("NO_COLOR", value)));
        let output = script.output().ok()?;
        Some(String::from_utf8_lossy(&output.stdout).contains("\u{1b}[1m"))
    };
    if let Some(coloured) = in_terminal(None) {
        assert!(coloured, "a terminal");
        assert_eq!(in_terminal(Some("1")), Some(false), "NO_COLOR");
        assert_eq!(in_terminal(Some("")), Some(true), "an empty NO_COLOR");
    }
}

#[test]
fn nothing_secret_is_in_any_output() {
    let marker = "zq9markerzq9";
    let config = format!(
        r#"
variable "password" {{
  type      = string
  sensitive = true
  default   = "{marker}a"
}}
locals {{
  joined = "postgres://app:${{var.password}}@db"
}}
provider "aws" {{
  access_key = "{marker}b"
  secret_key = "{marker}c"
}}
resource "aws_db_instance" "phi" {{
  identifier = "phi"
  engine     = "postgres"
  username   = "app"
  password   = "{marker}d"
  tags       = {{ url = local.joined }}
}}
resource "aws_rds_cluster" "phi" {{
  cluster_identifier = "phi"
  engine             = "aurora-postgresql"
  master_password    = var.password
}}
resource "terraform_data" "sensitive" {{
  input = sensitive("{marker}e")
}}
"#
    );
    let manifest = format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec:\n  containers:\n    - name: c\n      image: x\n      env:\n        - {{name: DB_PASSWORD, value: {marker}f}}\n        - name: DATABASE_URL\n          value: postgres://app:{marker}g@db/ehr?sslmode=disable\n---\napiVersion: v1\nkind: Secret\nmetadata: {{name: s}}\nstringData: {{password: {marker}h}}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: m}}\ndata:\n  API_TOKEN: {marker}i\n  url: mysql://root:{marker}j@db/ehr\n"
    );
    let plan = format!(
        r#"{{"format_version":"1.2","terraform_version":"1.11.4","resource_changes":[{{"address":"aws_db_instance.p","mode":"managed","type":"aws_db_instance","name":"p","provider_name":"registry.terraform.io/hashicorp/aws","change":{{"actions":["create"],"before":null,"after":{{"identifier":"p","password":"{marker}k"}},"after_unknown":{{"arn":true}},"after_sensitive":{{"password":true}}}}}}]}}"#
    );
    let tree = Tree::with(&[
        ("main.tf", config.as_str()),
        ("pod.yaml", manifest.as_str()),
        ("plan.json", plan.as_str()),
    ])
    .unwrap();
    let found = |text: &str| {
        text.match_indices(marker)
            .map(|(at, _)| {
                text[at..]
                    .chars()
                    .take(marker.len() + 1)
                    .collect::<String>()
            })
            .collect::<Vec<_>>()
    };
    for format in FORMATS {
        for show in ["findings", "all"] {
            for verbosity in ["--verbose", "--quiet"] {
                let ran = run_in(
                    tree.path(),
                    &["check", "--format", format, "--show", show, verbosity],
                )
                .unwrap();
                assert!(ran.stdout.len() > 500, "{format}: {}", ran.stderr);
                assert_eq!(
                    found(&ran.stdout),
                    Vec::<String>::new(),
                    "{format} --show {show} on standard output"
                );
                assert_eq!(
                    found(&ran.stderr),
                    Vec::<String>::new(),
                    "{format} --show {show} on standard error"
                );
            }
        }
    }
    for text in [
        run_in(tree.path(), &["inspect"]).unwrap().stderr,
        run_in(tree.path(), &["check", "--var", &format!("x={marker}")])
            .unwrap()
            .stderr,
    ] {
        assert_eq!(found(&text), Vec::<String>::new());
    }
    let inspected = run_in(tree.path(), &["inspect", "--format", "json"]).unwrap();
    for secret in ["a", "e", "k"] {
        assert!(
            !inspected.stdout.contains(&format!("{marker}{secret}")),
            "inspect shows what is marked sensitive: {secret}"
        );
    }
}

#[test]
fn what_is_wrong_with_a_secret_is_told_without_it() {
    let marker = "zq9markerzq9";
    let manifest = format!(
        r#"apiVersion: v1
kind: Secret
metadata: {{name: s}}
data: {{password: {marker}a!, b: [{marker}b], c: 5}}
stringData: {{x: {{y: {marker}c}}, n: 12, z: [{marker}d]}}
---
apiVersion: v1
kind: Secret
metadata: {{name: t}}
data:
  password: {marker}e!
stringData: {marker}e
---
apiVersion: v1
kind: Pod
metadata: {{name: p}}
spec:
  containers:
    - name: a
      image: x
      env:
        - {{name: DB_PASSWORD, value: {{a: {marker}f}}}}
        - {{name: API_TOKEN, value: [{marker}g]}}
        - {{name: DB_PASSWORD, value: 123{marker}}}
---
apiVersion: v1
kind: Secret
metadata: {{name: u}}
stringData:
  password: "{marker}h
  other: 1
---
apiVersion: v1
kind: Secret
metadata: {{name: v}}
stringData:
  password: {{{marker}m: x, {marker}m: y}}
"#
    );
    let terraform = format!(
        r#"variable "p" {{
  sensitive = true
  default   = "{marker}i"
}}
resource "aws_db_instance" "a" {{
  password = var.p
  count    = var.p
}}
resource "aws_db_instance" "b" {{
  password = var.p
  for_each = var.p
}}
resource "aws_db_instance" "c" {{
  password = var.p
}}
variable "q" {{
  sensitive = true
  default   = {marker}n
}}
resource "aws_db_instance" "d" {{
  password          = {marker}o
  master_password   = {marker}p(1)
  secret            = {marker}q.r
  token             = "${{{marker}s}}"
  storage_encrypted = var.q
}}
"#
    );
    // Whatever an expression does with a value, what goes wrong is told without it.
    let rules: String = [
        "int(self) > 1",
        "self[self] == 1",
        "duration(self) > duration('1s')",
        "timestamp(self) > timestamp('2020-01-01T00:00:00Z')",
        "self.matches(self + '(')",
        "resource[self] == 1",
        "double(self) > 1.0",
        "bool(self)",
        "cidrPrefix(self) > 1",
        "scheduleMaxGapHours(self) > 1.0",
        "resource.json('password').a == 1",
        "unknown(self)",
    ]
    .iter()
    .fold(String::new(), |mut rules, require| {
        let _ = writeln!(
            rules,
            "    - {{select: $.password, absent: pass, require: \"{require}\", message: m}}"
        );
        rules
    });
    let policy = format!(
        "apiVersion: hipaa-iac.dev/v1alpha1\nkind: Policy\nmetadata: {{name: own}}\nspec:\n  title: Own\n  severity: high\n  safeguards: [\"164.312(d)\"]\n  scope: all\n  profiles: [hipaa]\n  match: {{terraform: [aws_db_instance]}}\n  rules:\n{rules}  rationale: Why.\n  remediation: {{text: How.}}\n"
    );
    let broken = format!("p = \"{marker}j\n");
    let wrong = format!("p = f(\"{marker}k\")\n");
    let tree = Tree::with(&[
        ("secret.yaml", manifest.as_str()),
        ("main.tf", terraform.as_str()),
        ("own/own.yaml", policy.as_str()),
        ("broken.tfvars", broken.as_str()),
        ("wrong.tfvars", wrong.as_str()),
    ])
    .unwrap();
    let clean = |arguments: &[&str]| {
        let ran = run_in(tree.path(), arguments).unwrap();
        let all = format!("{}{}", ran.stdout, ran.stderr);
        let shown: Vec<&str> = all.lines().filter(|line| line.contains(marker)).collect();
        assert_eq!(shown, Vec::<&str>::new(), "{arguments:?}");
        ran
    };
    for format in FORMATS {
        let ran = clean(&["check", "--policy", "own", "--format", format, "-v"]);
        assert_eq!(ran.code, 3, "{}", ran.stderr);
    }
    clean(&["inspect"]);
    for file in ["broken.tfvars", "wrong.tfvars"] {
        clean(&["check", "--var-file", file]);
    }
    let secret = format!("p=[{marker}l");
    clean(&["check", "--var", &secret]);
    for vars in [
        format!("{{p: {marker}, p: {marker}}}"),
        marker.to_string(),
        format!("{{p: \"{marker}}}"),
    ] {
        let text = format!("environments:\n  - name: prod\n    vars: {vars}\n");
        std::fs::write(tree.path().join("hipaa-iac.yaml"), text).unwrap();
        assert_eq!(clean(&["check"]).code, 2);
    }
}

/// What only the marks of a plan or state, or the kind of a resource, say to be a secret.
#[test]
fn secrets_that_no_name_tells_are_shown_nowhere() {
    let marker = "zq8markerzq8";
    let plan = format!(
        r#"{{"format_version":"1.2","terraform_version":"1.11.4","resource_changes":[{{"address":"aws_db_instance.p","mode":"managed","type":"aws_db_instance","name":"p","provider_name":"registry.terraform.io/hashicorp/aws","change":{{"actions":["create"],"before":null,"after":{{"db_name":"{marker}","storage_encrypted":false,"username":"{marker}"}},"after_unknown":{{}},"after_sensitive":{{"db_name":true,"username":true}}}}}}]}}"#
    );
    let state = format!(
        r#"{{"version":4,"terraform_version":"1.11.4","serial":1,"lineage":"x","resources":[{{"mode":"managed","type":"aws_db_instance","name":"s","provider":"provider[\"registry.terraform.io/hashicorp/aws\"]","instances":[{{"attributes":{{"db_name":"{marker}","storage_encrypted":false}},"sensitive_attributes":[[{{"type":"get_attr","value":"db_name"}}]]}}]}},{{"mode":"managed","type":"terraform_data","name":"d","provider":"provider[\"terraform.io/builtin/terraform\"]","instances":[{{"attributes":{{"input":{{"value":{{"p":"{marker}","q":"shown-input"}},"type":["object",{{"p":"string","q":"string"}}]}}}},"sensitive_attributes":[[{{"type":"get_attr","value":"input"}},{{"type":"get_attr","value":"p"}}]]}}]}}]}}"#
    );
    let source = format!(
        "resource \"aws_ssm_parameter\" \"a\" {{\n  name  = \"n\"\n  type  = \"SecureString\"\n  value = \"{marker}\"\n}}\n\
         resource \"kubernetes_secret\" \"a\" {{\n  metadata {{ name = \"s\" }}\n  data = {{ a = \"{marker}\", b = 1 + \"x\" }}\n}}\n\
         resource \"kubernetes_manifest\" \"a\" {{\n  manifest = {{\n    apiVersion = \"v1\"\n    kind = \"Secret\"\n    metadata = {{ name = \"m\" }}\n    stringData = {{ a = \"{marker}\" }}\n  }}\n}}\n\
         resource \"github_actions_secret\" \"a\" {{\n  plaintext_value = \"{marker}\"\n}}\n\
         resource \"helm_release\" \"a\" {{\n  name = \"h\"\n  chart = \"c\"\n  set_sensitive {{\n    name  = \"x\"\n    value = \"{marker}\"\n  }}\n}}\n"
    );
    let pod = format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec:\n  containers:\n    - {{name: c, image: x, securityContext: {{privileged: true}}, args: [--token, {marker}]}}\n    - name: d\n      image: x\n      command: [sh, -c, \"curl -u app:{marker} https://portal\"]\n"
    );
    let tree = Tree::with(&[
        ("plan/plan.json", plan.as_str()),
        ("state/terraform.tfstate", state.as_str()),
        ("src/main.tf", source.as_str()),
        ("k8s/pod.yaml", pod.as_str()),
        (
            "k8s/kind.json",
            &format!(r#"{{"apiVersion":"v1","kind":"secret","metadata":{{"name":"k"}},"stringData":{{"a":"{marker}"}}}}"#),
        ),
        (
            "k8s/version.yaml",
            &format!(r"{{kind: Secret, metadata: {{name: k}}, stringData: {{a: {marker}}}}}"),
        ),
        (
            "k8s/broken.yaml",
            &format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: k}}\nstringData: {{a: \"{marker}\" \"b\": c}}\n"),
        ),
        (
            "k8s/broken.json",
            &format!(r#"{{"apiVersion":"v1","kind":"Secret","stringData":{{"a":"{marker}" "b":1}}}}"#),
        ),
    ])
    .unwrap();
    for format in FORMATS {
        for verbosity in ["--verbose", "--quiet"] {
            let ran = run_in(
                tree.path(),
                &["check", ".", "--format", format, "--show", "all", verbosity],
            )
            .unwrap();
            assert!(ran.stdout.len() > 500, "{format}: {}", ran.stderr);
            assert!(!ran.stdout.contains(marker), "{format}: {}", ran.stdout);
            assert!(!ran.stderr.contains(marker), "{format}: {}", ran.stderr);
        }
    }
    // Each violation is pointed at all the same.
    let text = run_in(tree.path(), &["check", "."]).unwrap().stdout;
    for shown in [
        "\"storage_encrypted\":false",
        "privileged: true",
        "plan/plan.json:1",
    ] {
        assert!(text.contains(shown), "{shown}: {text}");
    }
    let inspected = run_in(tree.path(), &["inspect", ".", "--format", "json"]).unwrap();
    assert!(!inspected.stdout.contains(marker), "{}", inspected.stdout);
    for shown in ["shown-input", "SecureString", "--token"] {
        assert!(
            inspected.stdout.contains(shown),
            "{shown}: {}",
            inspected.stdout
        );
    }
}
