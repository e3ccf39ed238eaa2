//! Every renderer over one result that holds every verdict.

use std::sync::Arc;

use hipaa_iac_engine as engine;
use hipaa_iac_source::{self as source, Sources, Span};
use serde_json::Value;

use crate::{
    BuildOptions, CheckResult, Detail, GithubOptions, JunitOptions, MAX_RESULTS, SarifOptions,
    Show, TextOptions, fingerprint, github, github_summary, json, junit,
    result::{
        Diagnostic, DiagnosticLevel, Finding, Implementation, Input, InputKind, Origin,
        PolicyBundle, PolicySummary, Remediation, Resource, ResultKind, Safeguard, SchemaVersion,
        Severity, Summary, Tool, Unresolved, Verdict, Waiver, WaiverForm,
    },
    result_schema, sarif, text,
};

const MAIN: &str = r#"resource "aws_db_instance" "phi" {
  engine            = "postgres"
  storage_encrypted = false
  password          = "S3CR-hunter2"
}

variable "dsn" { default = "postgres://app:S3CR@db.example/phi" }
"#;

const MODULE: &str = r#"resource "aws_db_instance" "this" {
  storage_encrypted = var.encrypted
	kms_key_id        = var.kms_key, token = "S3CR-tab"
}
"#;

const BROKEN: &str = "resource \"aws_s3_bucket\" \"x\" {\n  secret = \"S3CR\" oops\n";

struct Fixture {
    sources: Sources,
    result: CheckResult,
}

fn json_text(result: &CheckResult) -> String {
    let mut text = Vec::new();
    json(result, &mut text).unwrap();
    String::from_utf8(text).unwrap()
}

impl Fixture {
    fn new() -> Self {
        let result = CheckResult {
            schema_version: SchemaVersion::V1_0,
            kind: ResultKind::CheckResult,
            tool: Tool {
                name: "hipaa-iac".into(),
                version: "0.1.0".into(),
            },
            policy_bundle: PolicyBundle {
                digest: format!("sha256:{}", "0".repeat(64)),
                policies: 3,
            },
            inputs: vec![Input {
                path: "infra".into(),
                kind: InputKind::Terraform,
                environment: None,
                resources: 4,
            }],
            summary: Summary {
                resources: 4,
                policies: 3,
                ..Summary::default()
            },
            policies: Vec::new(),
            findings: Vec::new(),
            unresolved: Vec::new(),
            diagnostics: Vec::new(),
        };
        Self {
            sources: Sources::new(),
            result,
        }
    }

    fn policy(&mut self, name: &str, severity: Severity) {
        self.result.policies.push(PolicySummary {
            name: name.into(),
            title: "RDS instances encrypt their storage".into(),
            severity,
            safeguards: vec!["45 CFR 164.312(a)(2)(iv)".into()],
            rationale: "Whoever gets hold of a disk, a snapshot or a replica reads the records of every patient on it.".into(),
            remediation: remediation(),
        });
    }

    /// A finding that points at a needle in a file.
    fn find(
        &mut self,
        path: &str,
        text: &str,
        needle: &str,
        policy: &str,
        address: &str,
    ) -> &mut Finding {
        let file = self.sources.add(path, text);
        let at = text.find(needle).unwrap();
        let span = Span::new(file.id(), at..at + needle.len());
        let (start, end) = (file.position(span.start), file.position(span.end));
        self.result.findings.push(Finding {
            policy: policy.into(),
            title: "RDS instances encrypt their storage".into(),
            verdict: Verdict::Fail,
            severity: Severity::Critical,
            resource: Resource {
                address: address.into(),
                type_: "aws_db_instance".into(),
                api_version: None,
                provider: Some("hashicorp/aws".into()),
                root: "infra".into(),
                file: Some(path.into()),
                line: Some(start.line),
                column: Some(start.column),
                end_line: Some(end.line),
                end_column: Some(end.column),
            },
            environment: None,
            attribute: Some("$['storage_encrypted']".into()),
            sensitive: false,
            message: "storage is not encrypted".into(),
            reasons: Vec::new(),
            origin: None,
            safeguards: Arc::new([Safeguard {
                citation: "45 CFR 164.312(a)(2)(iv)".into(),
                title: "Encryption and decryption".into(),
                implementation: Implementation::Addressable,
            }]),
            remediation: remediation().into(),
            fingerprint: String::new(),
            waiver: None,
            span: Some(span),
        });
        self.result.findings.last_mut().unwrap()
    }

    fn diagnostic(
        &mut self,
        level: DiagnosticLevel,
        code: &str,
        message: &str,
        remedy: Option<&str>,
    ) -> &mut Diagnostic {
        self.result.diagnostics.push(Diagnostic {
            level,
            code: code.into(),
            message: message.into(),
            remedy: remedy.map(Into::into),
            file: None,
            line: None,
            column: None,
            end_line: None,
            end_column: None,
            sensitive: false,
            span: None,
        });
        self.result.diagnostics.last_mut().unwrap()
    }

    fn done(mut self) -> Self {
        fingerprint::assign(&mut self.result.findings);
        let summary = &mut self.result.summary;
        for finding in &self.result.findings {
            summary.add(finding.verdict, finding.severity);
        }
        summary.unresolved = self.result.unresolved.len() as u64;
        summary.exit_code = 3;
        self
    }

    fn text(&self) -> String {
        text(&self.result, &self.sources, &TextOptions::default())
    }

    /// Every format of the result.
    fn all(&self) -> Vec<(&'static str, String)> {
        let full = TextOptions {
            color: true,
            width: 100,
            detail: Detail::Full,
        };
        vec![
            ("text", self.text()),
            ("text in full", text(&self.result, &self.sources, &full)),
            ("json", json_text(&self.result)),
            (
                "sarif",
                sarif(&self.result, &self.sources, &SarifOptions::default()),
            ),
            (
                "sarif strict",
                sarif(
                    &self.result,
                    &self.sources,
                    &SarifOptions {
                        category: Some("a/b".into()),
                        strict: true,
                    },
                ),
            ),
            ("junit", junit(&self.result, &JunitOptions::default())),
            (
                "junit strict",
                junit(&self.result, &JunitOptions { strict: true }),
            ),
            ("github", github(&self.result, &GithubOptions::default())),
            ("github summary", github_summary(&self.result)),
        ]
    }
}

fn remediation() -> Remediation {
    Remediation {
        text: "Set storage_encrypted and name a key of your own. An instance that exists is not encrypted in place: restore a \
               snapshot that was copied with a key."
            .into(),
        code: Some("storage_encrypted = true\nkms_key_id        = aws_kms_key.phi.arn\n".into()),
    }
}

fn waiver() -> Waiver {
    Waiver {
        reason: "synthetic data only".into(),
        owner: "data-platform".into(),
        until: "2027-01-31".into(),
        ticket: Some("SEC-12".into()),
        approved_by: None,
        compensating_control: None,
        form: WaiverForm::Inline,
        file: Some("infra/main.tf".into()),
        line: Some(1),
    }
}

/// One of everything.
fn everything() -> Fixture {
    let mut fixture = Fixture::new();
    fixture.policy("rds-kms-key-foreign", Severity::Medium);
    fixture.policy("rds-password-literal", Severity::High);
    fixture.policy("rds-storage-unencrypted", Severity::Critical);
    fixture.find(
        "infra/main.tf",
        MAIN,
        "false",
        "rds-storage-unencrypted",
        "aws_db_instance.phi",
    );
    let finding = fixture.find(
        "infra/main.tf",
        MAIN,
        "\"S3CR-hunter2\"",
        "rds-password-literal",
        "aws_db_instance.phi",
    );
    finding.severity = Severity::High;
    finding.sensitive = true;
    finding.message = "the password is written in the configuration".into();
    finding.attribute = Some("$['password']".into());
    for key in ["eu", "us"] {
        let address = format!("module.db[\"{key}\"].aws_db_instance.this");
        let finding = fixture.find(
            "infra/db/main.tf",
            MODULE,
            "var.encrypted",
            "rds-storage-unencrypted",
            &address,
        );
        finding.origin = Some(Origin {
            what: "default of var.encrypted".into(),
            file: Some("infra/db/variables.tf".into()),
            line: Some(12),
            column: Some(13),
        });
    }
    for key in ["eu", "us"] {
        let address = format!("module.db[\"{key}\"].aws_db_instance.this");
        let finding = fixture.find(
            "infra/db/main.tf",
            MODULE,
            "var.kms_key",
            "rds-kms-key-foreign",
            &address,
        );
        finding.verdict = Verdict::Unknown;
        finding.severity = Severity::Medium;
        finding.message = "the key is not one of your own".into();
        finding.attribute = Some("$['kms_key_id']".into());
        finding.reasons = vec![
            "var.kms_key has no value".into(),
            "passed by module.db at infra/main.tf:9".into(),
        ];
    }
    let finding = fixture.find(
        "infra/main.tf",
        MAIN,
        "resource \"aws_db_instance\"",
        "rds-kms-key-foreign",
        "aws_db_instance.phi",
    );
    finding.verdict = Verdict::Error;
    finding.severity = Severity::Medium;
    finding.message = "the policy cannot be evaluated: no such member `kms`".into();
    let finding = fixture.find(
        "infra/main.tf",
        MAIN,
        "false",
        "rds-storage-unencrypted",
        "aws_db_instance.sandbox",
    );
    finding.verdict = Verdict::Waived;
    finding.waiver = Some(waiver());
    fixture.result.unresolved.push(Unresolved {
        address: "module.vpc".into(),
        root: "infra".into(),
        environment: None,
        reasons: vec!["terraform-aws-modules/vpc/aws is not in .terraform/modules".into()],
        remedy: "run `terraform init`, or pass --allow-unresolved".into(),
        file: Some("infra/main.tf".into()),
        line: Some(9),
        column: Some(1),
    });
    let file = fixture.sources.add("infra/broken.tf", BROKEN);
    let at = BROKEN.find("oops").unwrap();
    let diagnostic = fixture.diagnostic(
        DiagnosticLevel::Error,
        "hcl-syntax",
        "expected a new line",
        None,
    );
    diagnostic.file = Some("infra/broken.tf".into());
    (diagnostic.line, diagnostic.column) = (Some(2), Some(19));
    (diagnostic.end_line, diagnostic.end_column) = (Some(2), Some(23));
    diagnostic.span = Some(Span::new(file.id(), at..at + 4));
    fixture.diagnostic(
        DiagnosticLevel::Usage,
        "waiver-expired",
        "the waiver of rds-storage-unencrypted ended on 2026-01-31",
        Some("put it right, or renew the waiver"),
    );
    fixture.done()
}

fn one(change: impl FnOnce(&mut Finding)) -> Fixture {
    let mut fixture = Fixture::new();
    change(fixture.find(
        "infra/main.tf",
        MAIN,
        "false",
        "rds-storage-unencrypted",
        "aws_db_instance.phi",
    ));
    fixture.done()
}

/// The text without the summary.
fn blocks(fixture: &Fixture) -> String {
    let text = fixture.text();
    let end = text
        .find("           critical")
        .or_else(|| text.find("incomplete ("))
        .or_else(|| text.find("no findings"))
        .unwrap();
    text[..end].trim_end().to_owned()
}

#[test]
fn a_failure_shows_line_citation_and_remedy() {
    insta::assert_snapshot!(one(|_| ()).text(), @r"
    critical[rds-storage-unencrypted]: aws_db_instance.phi: storage is not encrypted
     --> infra/main.tf:3:23
      |
    3 |   storage_encrypted = false
      |                       ^^^^^
      |
      = 45 CFR 164.312(a)(2)(iv) (addressable): Encryption and decryption
      = help: Set storage_encrypted and name a key of your own. An instance that
              exists is not encrypted in place: restore a snapshot that was copied
              with a key.

               critical      high    medium       low     total
    fail              1         -         -         -         1

    for more about a finding: hipaa-iac explain rds-storage-unencrypted
    1 finding (1 critical) in 4 resources by 3 policies
    ");
}

#[test]
fn instances_of_a_module_are_one_block() {
    let mut fixture = Fixture::new();
    for key in ["eu", "us", "au"] {
        let address = format!("module.db[\"{key}\"].aws_db_instance.this");
        let finding = fixture.find(
            "infra/db/main.tf",
            MODULE,
            "var.encrypted",
            "rds-storage-unencrypted",
            &address,
        );
        let file = Some("infra/db/variables.tf".into());
        finding.origin = Some(Origin {
            what: "default of var.encrypted".into(),
            file,
            line: Some(12),
            column: Some(13),
        });
    }
    insta::assert_snapshot!(blocks(&fixture.done()), @r#"
    critical[rds-storage-unencrypted]: storage is not encrypted
     --> infra/db/main.tf:2:23
      |
    2 |   storage_encrypted = var.encrypted
      |                       ^^^^^^^^^^^^^
      |
      = in module.db["eu"].aws_db_instance.this
      = also in module.db["us"].aws_db_instance.this
      = also in module.db["au"].aws_db_instance.this
      = 45 CFR 164.312(a)(2)(iv) (addressable): Encryption and decryption
      = note: value comes from default of var.encrypted, infra/db/variables.tf:12
      = help: Set storage_encrypted and name a key of your own. An instance that
              exists is not encrypted in place: restore a snapshot that was copied
              with a key.
    "#);
}

#[test]
fn each_instance_has_the_origin_of_its_own_value() {
    let mut fixture = Fixture::new();
    for (key, what, line) in [
        ("eu", "default of var.encrypted", 12),
        ("us", "argument of module.db", 30),
        ("au", "default of var.encrypted", 12),
    ] {
        let finding = fixture.find(
            "infra/db/main.tf",
            MODULE,
            "var.encrypted",
            "rds-storage-unencrypted",
            &format!("module.db[\"{key}\"].aws_db_instance.this"),
        );
        finding.origin = Some(Origin {
            what: what.into(),
            file: Some("infra/main.tf".into()),
            line: Some(line),
            column: Some(1),
        });
    }
    let text = fixture.done().text();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for told in [
        "= also in module.db[\"us\"].aws_db_instance.this, where the value comes from argument of module.db, infra/main.tf:30 =",
        "= also in module.db[\"au\"].aws_db_instance.this =",
        "= note: value comes from default of var.encrypted, infra/main.tf:12 =",
    ] {
        assert!(text.contains(told), "{told}: {text}");
    }
}

#[test]
fn environments_are_named() {
    let mut fixture = Fixture::new();
    for environment in ["staging", "prod"] {
        let finding = fixture.find(
            "infra/main.tf",
            MAIN,
            "false",
            "rds-unencrypted",
            "aws_db_instance.phi",
        );
        finding.environment = Some(environment.into());
    }
    let text = fixture.done().text();
    assert!(
        text.starts_with("critical[rds-unencrypted]: storage is not encrypted\n"),
        "{text}"
    );
    assert!(
        text.contains(
            "= in aws_db_instance.phi (staging)\n  = also in aws_db_instance.phi (prod)\n"
        ),
        "{text}"
    );
}

#[test]
fn a_credential_is_not_shown() {
    let mut fixture = Fixture::new();
    let finding = fixture.find(
        "infra/main.tf",
        MAIN,
        "\"S3CR-hunter2\"",
        "rds-password-literal",
        "aws_db_instance.phi",
    );
    finding.sensitive = true;
    finding.severity = Severity::High;
    finding.message = "the password is written in the configuration".into();
    finding.remediation = Remediation {
        text: "Let RDS manage it.".into(),
        code: None,
    }
    .into();
    insta::assert_snapshot!(blocks(&fixture.done()), @r"
    high[rds-password-literal]: the password is written in the configuration
     --> infra/main.tf:4:23
      |
    4 |   password          = (redacted)
      |                       ^^^^^^^^^^
      |
      = in aws_db_instance.phi
      = 45 CFR 164.312(a)(2)(iv) (addressable): Encryption and decryption
      = help: Let RDS manage it.
    ");
}

#[test]
fn unknowns_are_grouped_by_what_is_missing() {
    let mut fixture = Fixture::new();
    for (policy, address) in [
        ("rds-kms-key-foreign", "aws_db_instance.a"),
        ("rds-storage-unencrypted", "aws_db_instance.b"),
    ] {
        let finding = fixture.find("infra/db/main.tf", MODULE, "var.kms_key", policy, address);
        finding.verdict = Verdict::Unknown;
        finding.severity = Severity::Medium;
        finding.reasons = vec![
            "var.kms_key has no value".into(),
            "passed by module.db at infra/main.tf:9".into(),
        ];
    }
    insta::assert_snapshot!(fixture.done().text(), @r"
    unknown: var.kms_key has no value
     |
     = passed by module.db at infra/main.tf:9
     = medium[rds-kms-key-foreign]: aws_db_instance.a, infra/db/main.tf:3:22
     = medium[rds-storage-unencrypted]: aws_db_instance.b, infra/db/main.tf:3:22

               critical      high    medium       low     total
    unknown           -         -         2         -         2

    no findings, 2 unknown in 4 resources by 3 policies
    ");
}

#[test]
fn an_error_names_policy_and_place() {
    let fixture = one(|finding| {
        finding.verdict = Verdict::Error;
        finding.message = "no such member `kms`".into();
    });
    insta::assert_snapshot!(fixture.text(), @r"
    error[rds-storage-unencrypted]: aws_db_instance.phi: no such member `kms`
     --> infra/main.tf:3:23
      |
    3 |   storage_encrypted = false
      |                       ^^^^^

               critical      high    medium       low     total
    error             1         -         -         -         1

    incomplete (1 error): no findings in 4 resources by 3 policies
    ");
}

#[test]
fn a_waived_finding_says_by_whom_and_until_when() {
    let fixture = one(|finding| {
        finding.verdict = Verdict::Waived;
        finding.waiver = Some(waiver());
    });
    insta::assert_snapshot!(fixture.text(), @r"
    waived[rds-storage-unencrypted]: aws_db_instance.phi: storage is not encrypted
    --> infra/main.tf:3:23
     = until 2027-01-31 by data-platform: synthetic data only (SEC-12)

               critical      high    medium       low     total
    waived            1         -         -         -         1

    no findings, 1 waived in 4 resources by 3 policies
    ");
}

#[test]
fn what_passed_takes_a_line() {
    let mut fixture = Fixture::new();
    for (verdict, address) in [
        (Verdict::Pass, "aws_db_instance.a"),
        (Verdict::NotApplicable, "aws_db_instance.b"),
    ] {
        fixture
            .find(
                "infra/main.tf",
                MAIN,
                "false",
                "rds-storage-unencrypted",
                address,
            )
            .verdict = verdict;
    }
    insta::assert_snapshot!(fixture.done().text(), @r"
    pass[rds-storage-unencrypted]: aws_db_instance.a, infra/main.tf:3:23
    not-applicable[rds-storage-unencrypted]: aws_db_instance.b, infra/main.tf:3:23

               critical      high    medium       low     total
    pass              1         -         -         -         1

    no findings in 4 resources by 3 policies
    ");
}

#[test]
fn what_is_missing_or_broken_says_what_to_do() {
    let mut fixture = everything();
    fixture.result.findings.clear();
    insta::assert_snapshot!(blocks(&fixture), @r#"
    unresolved: module.vpc: terraform-aws-modules/vpc/aws is not in
                .terraform/modules
    --> infra/main.tf:9:1
     = help: run `terraform init`, or pass --allow-unresolved

    error[hcl-syntax]: expected a new line
     --> infra/broken.tf:2:19
      |
    2 |   secret = "(redacted)" oops
      |                         ^^^^

    error[waiver-expired]: the waiver of rds-storage-unencrypted ended on 2026-01-31
     |
     = help: put it right, or renew the waiver
    "#);
}

#[test]
fn what_a_diagnostic_tells_is_not_told_again() {
    let mut fixture = everything();
    let diagnostic = fixture.diagnostic(
        DiagnosticLevel::Error,
        "module-unresolved",
        "module.vpc is not there",
        None,
    );
    (diagnostic.file, diagnostic.line) = (Some("infra/main.tf".into()), Some(9));
    for (format, text) in fixture.all() {
        let times = text.matches("module.vpc").count();
        // The document holds both: the statement and the diagnostic.
        let expected = if format == "json" { 2 } else { 1 };
        assert_eq!(
            times, expected,
            "{format}:
{text}"
        );
    }
}

#[test]
fn the_short_text_has_a_line_for_each() {
    let fixture = everything();
    let options = TextOptions {
        detail: Detail::Short,
        ..TextOptions::default()
    };
    insta::assert_snapshot!(text(&fixture.result, &fixture.sources, &options), @r#"
    infra/main.tf:3:23: critical[rds-storage-unencrypted]: aws_db_instance.phi: storage is not encrypted
    infra/main.tf:4:23: high[rds-password-literal]: aws_db_instance.phi: the password is written in the configuration
    infra/db/main.tf:2:23: critical[rds-storage-unencrypted]: module.db["eu"].aws_db_instance.this: storage is not encrypted
    infra/db/main.tf:2:23: critical[rds-storage-unencrypted]: module.db["us"].aws_db_instance.this: storage is not encrypted
    infra/db/main.tf:3:22: unknown[rds-kms-key-foreign]: module.db["eu"].aws_db_instance.this: not known whether the key is not one of your own (var.kms_key has no value)
    infra/db/main.tf:3:22: unknown[rds-kms-key-foreign]: module.db["us"].aws_db_instance.this: not known whether the key is not one of your own (var.kms_key has no value)
    infra/main.tf:1:1: error[rds-kms-key-foreign]: aws_db_instance.phi: the policy cannot be evaluated: no such member `kms`
    infra/main.tf:3:23: waived[rds-storage-unencrypted]: aws_db_instance.sandbox: storage is not encrypted
    infra/main.tf:9:1: unresolved: module.vpc: terraform-aws-modules/vpc/aws is not in .terraform/modules
    infra/broken.tf:2:19: error[hcl-syntax]: expected a new line
    error[waiver-expired]: the waiver of rds-storage-unencrypted ended on 2026-01-31
    incomplete (3 errors): 4 findings (3 critical, 1 high), 2 unknown, 1 waived, 1
    unresolved in 4 resources by 3 policies
    "#);
}

#[test]
fn the_summary_of_a_job_says_that_a_run_is_incomplete_and_where() {
    let summary = github_summary(&everything().result);
    let sentence = "incomplete (3 errors): 4 findings (3 critical, 1 high), 2 unknown, 1 waived, 1 unresolved in 4 resources by 3 policies.";
    assert!(
        summary.starts_with(&format!("## hipaa-iac\n\n{sentence}\n")),
        "{summary}"
    );
    assert!(
        summary.contains("- infra/broken.tf:2:19: expected a new line\n"),
        "{summary}"
    );
}

#[test]
fn the_full_text_adds_rationale_and_code() {
    let fixture = everything();
    let text = text(
        &fixture.result,
        &fixture.sources,
        &TextOptions {
            detail: Detail::Full,
            ..TextOptions::default()
        },
    );
    assert!(
        text.contains("= note: Whoever gets hold of a disk"),
        "{text}"
    );
    assert!(
        text.contains("      kms_key_id        = aws_kms_key.phi.arn\n"),
        "{text}"
    );
}

#[test]
fn the_text_keeps_to_its_width() {
    for width in [60, 80, 120] {
        let mut fixture = everything();
        // What `--show all` adds.
        fixture
            .find(
                "infra/modules/records/main.tf",
                MAIN,
                "false",
                "rds-storage-unencrypted",
                "module.records[\"eu\"].aws_db_instance.this",
            )
            .verdict = Verdict::NotApplicable;
        let options = TextOptions {
            width,
            detail: Detail::Full,
            color: false,
        };
        for line in text(&fixture.result, &fixture.sources, &options).lines() {
            assert!(
                line.chars().count() <= width,
                "{} columns of {width}: {line}",
                line.chars().count()
            );
        }
    }
}

#[test]
fn no_format_shows_a_planted_secret() {
    let mut fixture = everything();
    for (at, needle) in ["postgres", "engine", "default", "}"]
        .into_iter()
        .enumerate()
    {
        fixture.find(
            "infra/main.tf",
            MAIN,
            needle,
            "rds-storage-unencrypted",
            &format!("aws_db_instance.x{at}"),
        );
    }
    fixture.find(
        "infra/db/main.tf",
        MODULE,
        "var.kms_key",
        "rds-storage-unencrypted",
        "aws_db_instance.y",
    );
    for (format, text) in fixture.done().all() {
        assert!(!text.contains("S3CR"), "{format} shows a secret:\n{text}");
        assert!(text.len() > 200, "{format} is too short to say anything");
    }
}

#[test]
fn a_terminal_is_given_nothing_to_obey() {
    let evil = "a\u{1b}[31m\u{7}\r\n\u{9b}2J\u{202e}b";
    let source = "x = \"\u{1b}]0;owned\u{7}\" # \u{9b}31m";
    let mut fixture = Fixture::new();
    for verdict in [
        Verdict::Fail,
        Verdict::Unknown,
        Verdict::Error,
        Verdict::Waived,
        Verdict::Pass,
    ] {
        let finding = fixture.find("e\u{1b}[2J.tf", source, "x =", evil, evil);
        finding.verdict = verdict;
        finding.message = evil.into();
        finding.reasons = vec![evil.into()];
        finding.environment = Some(evil.into());
        finding.remediation = Remediation {
            text: evil.into(),
            code: Some(evil.into()),
        }
        .into();
        Arc::make_mut(&mut finding.safeguards)[0].title = evil.into();
        finding.origin = Some(Origin {
            what: evil.into(),
            file: Some(evil.into()),
            line: Some(1),
            column: None,
        });
        finding.waiver = Some(Waiver {
            reason: evil.into(),
            owner: evil.into(),
            ..waiver()
        });
    }
    let diagnostic = fixture.diagnostic(DiagnosticLevel::Error, "hcl-syntax", evil, Some(evil));
    diagnostic.file = Some(evil.into());
    fixture.result.unresolved.push(Unresolved {
        address: evil.into(),
        root: evil.into(),
        environment: Some(evil.into()),
        reasons: vec![evil.into(), evil.into()],
        remedy: evil.into(),
        file: Some(evil.into()),
        line: None,
        column: None,
    });
    let fixture = fixture.done();
    for detail in [Detail::Short, Detail::Normal, Detail::Full] {
        let text = text(
            &fixture.result,
            &fixture.sources,
            &TextOptions {
                detail,
                ..TextOptions::default()
            },
        );
        let bad = text
            .chars()
            .find(|c| c.is_control() && *c != '\n' || *c == '\u{202e}');
        assert_eq!(bad, None, "{text:?}");
    }
    let commands = github(&fixture.result, &GithubOptions::default());
    assert!(
        commands.lines().all(|line| line.starts_with("::error ")
            || line.starts_with("::notice ")
            || line.starts_with("::warning ")),
        "{commands}"
    );
    let read = quick_junit::Report::deserialize_from_str(&junit(
        &fixture.result,
        &JunitOptions::default(),
    ))
    .unwrap();
    assert_eq!(read.test_suites.len(), 2);
}

#[test]
fn color_changes_nothing_but_color() {
    let fixture = everything();
    let colored = text(
        &fixture.result,
        &fixture.sources,
        &TextOptions {
            color: true,
            ..TextOptions::default()
        },
    );
    assert!(colored.contains("\u{1b}["));
    let escape = regex::Regex::new("\u{1b}\\[[0-9;]*m").unwrap();
    assert_eq!(escape.replace_all(&colored, ""), fixture.text());
}

#[test]
fn json_is_as_the_schema_says_and_reads_back() {
    let fixture = everything();
    let text = json_text(&fixture.result);
    assert!(text.ends_with("}\n"));
    let value: Value = serde_json::from_str(&text).unwrap();
    let schema = result_schema();
    assert_eq!(
        schema["$schema"],
        "https://json-schema.org/draft/2020-12/schema"
    );
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let errors: Vec<_> = validator
        .iter_errors(&value)
        .map(|error| error.to_string())
        .collect();
    assert!(errors.is_empty(), "{errors:?}");

    let read: CheckResult = serde_json::from_str(&text).unwrap();
    assert_eq!(json_text(&read), text);

    for (pointer, wrong) in [
        ("/schemaVersion", Value::from("2.0")),
        ("/kind", "Inventory".into()),
        ("/findings/0/verdict", "passed".into()),
        ("/findings/0/severity", "CRITICAL".into()),
        ("/findings/0/resource/line", (-1).into()),
        ("/findings/0/resource/address", Value::Null),
        ("/inputs/0/kind", "ansible".into()),
    ] {
        let mut value = value.clone();
        *value.pointer_mut(pointer).unwrap() = wrong;
        assert!(!validator.is_valid(&value), "{pointer}");
        assert!(
            serde_json::from_value::<CheckResult>(value).is_err(),
            "{pointer}"
        );
    }
    for pointer in [
        "",
        "/findings/0",
        "/findings/0/resource",
        "/summary",
        "/diagnostics/0",
    ] {
        let mut value = value.clone();
        value.pointer_mut(pointer).unwrap()["note"] = "x".into();
        assert!(
            !validator.is_valid(&value),
            "{pointer:?} takes an unknown member"
        );
        assert!(
            serde_json::from_value::<CheckResult>(value).is_err(),
            "{pointer:?} takes an unknown member"
        );
    }
    for member in ["waiver", "fingerprint", "attribute", "reasons"] {
        let mut value = value.clone();
        value["findings"][0].as_object_mut().unwrap().remove(member);
        assert!(!validator.is_valid(&value), "{member} may be left out");
    }
}

#[test]
fn the_contract_names_its_members() {
    let value: Value = serde_json::from_str(&json_text(&everything().result)).unwrap();
    let keys = |value: &Value| {
        value
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect::<Vec<_>>()
    };
    let mut resource = keys(&value["findings"][0]["resource"]);
    resource.sort();
    let mut expected = [
        "address",
        "type",
        "apiVersion",
        "provider",
        "root",
        "file",
        "line",
        "column",
        "endLine",
        "endColumn",
    ];
    expected.sort_unstable();
    assert_eq!(resource, expected);
    for member in [
        "schemaVersion",
        "kind",
        "tool",
        "policyBundle",
        "inputs",
        "summary",
        "findings",
        "unresolved",
    ] {
        assert!(!value[member].is_null(), "{member}");
    }
    for member in [
        "policy",
        "verdict",
        "severity",
        "environment",
        "attribute",
        "message",
        "origin",
        "safeguards",
        "remediation",
        "fingerprint",
        "waiver",
    ] {
        assert!(value["findings"][0].get(member).is_some(), "{member}");
    }
    assert!(!json_text(&everything().result).contains("span"));
}

#[test]
fn fingerprints_are_those_of_the_documentation() {
    let mut fixture = Fixture::new();
    fixture.find(
        "infra/main.tf",
        MAIN,
        "false",
        "rds-storage-unencrypted",
        "aws_db_instance.phi",
    );
    fixture.find(
        "infra/main.tf",
        MAIN,
        "engine",
        "rds-storage-unencrypted",
        "aws_db_instance.phi",
    );
    let finding = fixture.find(
        "infra/main.tf",
        MAIN,
        "false",
        "rds-storage-unencrypted",
        "aws_db_instance.phi",
    );
    finding.environment = Some("prod".into());
    finding.attribute = None;
    let fixture = fixture.done();
    let fingerprints: Vec<_> = fixture
        .result
        .findings
        .iter()
        .map(|finding| &*finding.fingerprint)
        .collect();
    // printf 'rds-storage-unencrypted\0infra\0\0aws_db_instance\0aws_db_instance.phi\0$['"'storage_encrypted'"']' | sha256sum, and so on.
    assert_eq!(
        fingerprints,
        [
            "efee49095b56aadfc2a0e94279e8bc2d",
            "83a1936c1b14cf2282328fb2b03bc770",
            "9f2032586e88677994b243ae701c9f51"
        ]
    );
}

fn sarif_schema() -> jsonschema::Validator {
    let mut schema: Value =
        serde_json::from_str(include_str!("../tests/schemas/sarif-2.1.0.json")).unwrap();
    // Its expression for `language` has a bracket too many, which only ECMAScript takes. We write no language.
    for definition in ["run", "toolComponent"] {
        let language = &mut schema["definitions"][definition]["properties"]["language"];
        language.as_object_mut().unwrap().remove("pattern").unwrap();
    }
    jsonschema::draft7::new(&schema).unwrap()
}

fn sarif_of(fixture: &Fixture, options: &SarifOptions) -> Value {
    let value: Value =
        serde_json::from_str(&sarif(&fixture.result, &fixture.sources, options)).unwrap();
    let errors: Vec<_> = sarif_schema()
        .iter_errors(&value)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:?}");
    value["runs"][0].clone()
}

#[test]
fn sarif_is_valid_and_holds_what_code_scanning_reads() {
    let fixture = everything();
    let run = sarif_of(
        &fixture,
        &SarifOptions {
            category: Some("staging".into()),
            strict: false,
        },
    );
    assert_eq!(run["automationDetails"]["id"], "hipaa-iac/staging/");
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!(rules.len(), 3);
    assert_eq!(rules[2]["properties"]["security-severity"], "9.5");
    assert_eq!(
        rules[2]["properties"]["tags"],
        serde_json::json!(["security", "hipaa", "45 CFR 164.312(a)(2)(iv)"])
    );

    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 7, "four failures, two unknowns, one waived");
    assert_eq!(results[0]["ruleIndex"], 2);
    assert_eq!(results[0]["level"], "error");
    let place = &results[0]["locations"][0]["physicalLocation"];
    assert_eq!(
        place["artifactLocation"],
        serde_json::json!({"uri": "infra/main.tf", "uriBaseId": "%SRCROOT%"})
    );
    assert_eq!(
        place["region"],
        serde_json::json!({"startLine": 3, "startColumn": 23, "endLine": 3, "endColumn": 28})
    );
    assert_eq!(
        results[0]["partialFingerprints"]["hipaaIac/v1"],
        *fixture.result.findings[0].fingerprint
    );
    assert!(results[0]["partialFingerprints"]["primaryLocationLineHash"].is_string());
    assert!(
        results[1]["partialFingerprints"]
            .get("primaryLocationLineHash")
            .is_none(),
        "the line holds a credential"
    );
    assert_eq!(
        results[2]["relatedLocations"][0]["physicalLocation"]["region"]["startLine"],
        12
    );
    assert_eq!(
        (&results[4]["kind"], &results[4]["level"]),
        (&"open".into(), &"none".into())
    );
    assert_eq!(results[6]["suppressions"][0]["kind"], "inSource");

    let invocation = &run["invocations"][0];
    assert_eq!(
        (&invocation["exitCode"], &invocation["executionSuccessful"]),
        (&3.into(), &false.into())
    );
    let ids = |list: &str| -> Vec<String> {
        let notifications = invocation[list].as_array().unwrap().iter();
        notifications
            .map(|one| one["descriptor"]["id"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(
        ids("toolExecutionNotifications"),
        ["hcl-syntax", "policy-error", "unresolved"]
    );
    assert_eq!(ids("toolConfigurationNotifications"), ["waiver-expired"]);

    let strict = sarif_of(
        &fixture,
        &SarifOptions {
            category: None,
            strict: true,
        },
    );
    assert_eq!(strict["automationDetails"]["id"], "hipaa-iac/");
    assert_eq!(
        (
            &strict["results"][4]["kind"],
            &strict["results"][4]["level"]
        ),
        (&"fail".into(), &"warning".into())
    );
}

#[test]
fn sarif_places_are_uris() {
    let mut fixture = Fixture::new();
    fixture.policy("rds-storage-unencrypted", Severity::Critical);
    for path in ["a b/ü#?%.tf", "a\\b.tf", "/etc/x y.tf", "../up.tf"] {
        fixture.find(path, MAIN, "false", "rds-storage-unencrypted", path);
    }
    let nowhere = fixture.find("x", MAIN, "false", "rds-storage-unencrypted", "nowhere");
    (nowhere.resource.file, nowhere.resource.line, nowhere.span) = (None, None, None);
    let run = sarif_of(&fixture.done(), &SarifOptions::default());
    let uris: Vec<_> = (0..5)
        .map(|at| {
            run["results"][at]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
                .as_str()
                .unwrap()
        })
        .collect();
    assert_eq!(
        uris,
        [
            "a%20b/%C3%BC%23%3F%25.tf",
            "a/b.tf",
            "file:///etc/x%20y.tf",
            "../up.tf",
            "infra"
        ]
    );
}

#[test]
fn a_place_in_rendered_text_is_its_template_without_a_line() {
    let mut fixture = Fixture::new();
    fixture.policy("rds-storage-unencrypted", Severity::Critical);
    let path = "chart/templates/db.yaml (rendered)";
    fixture.find(path, MAIN, "false", "rds-storage-unencrypted", "x");
    let fixture = fixture.done();
    let run = sarif_of(&fixture, &SarifOptions::default());
    let place = &run["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "chart/templates/db.yaml");
    assert!(place["region"].is_null(), "{place}");
    let command = github(&fixture.result, &GithubOptions::default());
    assert!(
        command.starts_with("::error file=chart/templates/db.yaml,title="),
        "{command}"
    );
}

#[test]
fn sarif_keeps_to_five_thousand_results_and_says_so() {
    let mut fixture = Fixture::new();
    fixture.policy("rds-storage-unencrypted", Severity::Critical);
    for at in 0..MAX_RESULTS + 7 {
        let finding = fixture.find(
            "a.tf",
            "x",
            "x",
            "rds-storage-unencrypted",
            &format!("aws_db_instance.x[{at}]"),
        );
        finding.severity = if at < 10 {
            Severity::Low
        } else {
            Severity::High
        };
    }
    let value: Value = serde_json::from_str(&sarif(
        &fixture.done().result,
        &Sources::new(),
        &SarifOptions::default(),
    ))
    .unwrap();
    let run = &value["runs"][0];
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), MAX_RESULTS);
    let low = results
        .iter()
        .filter(|result| result["level"] == "note")
        .count();
    assert_eq!(low, 3, "the least severe are cut");
    let said = run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]
        .as_str()
        .unwrap();
    assert!(said.starts_with("7 results"), "{said}");
    let mut fingerprints: Vec<_> = results
        .iter()
        .map(|result| {
            result["partialFingerprints"]["hipaaIac/v1"]
                .as_str()
                .unwrap()
        })
        .collect();
    fingerprints.sort_unstable();
    fingerprints.dedup();
    assert_eq!(fingerprints.len(), MAX_RESULTS);
}

#[test]
fn junit_counts_and_reads_back() {
    let fixture = everything();
    let read = quick_junit::Report::deserialize_from_str(&junit(
        &fixture.result,
        &JunitOptions::default(),
    ))
    .unwrap();
    assert_eq!((read.tests, read.failures, read.errors), (11, 4, 4));
    let skipped = |report: &quick_junit::Report| {
        report
            .test_suites
            .iter()
            .map(|suite| suite.skipped)
            .sum::<usize>()
    };
    assert_eq!(skipped(&read), 3, "two unknown and one waived");
    let strict = quick_junit::Report::deserialize_from_str(&junit(
        &fixture.result,
        &JunitOptions { strict: true },
    ))
    .unwrap();
    assert_eq!((strict.errors, skipped(&strict)), (6, 1));
}

#[test]
fn github_commands_are_escaped_and_ordered() {
    let mut fixture = Fixture::new();
    let finding = fixture.find("a,b:c%.tf", MAIN, "false", "low-one", "x");
    finding.severity = Severity::Low;
    finding.safeguards = Arc::default();
    Arc::make_mut(&mut finding.remediation).text.clear();
    finding.message = "50% of\nall".into();
    fixture.find("b.tf", MAIN, "false", "critical-one", "x");
    let commands = github(&fixture.done().result, &GithubOptions::default());
    let lines: Vec<_> = commands.lines().collect();
    assert!(lines[0].starts_with(
        "::error file=b.tf,line=3,endLine=3,col=23,endColumn=28,title=critical-one (critical)::x: "
    ));
    assert_eq!(
        lines[1],
        "::notice file=a%2Cb%3Ac%25.tf,line=3,endLine=3,col=23,endColumn=28,title=low-one (low)::x: 50%25 of%0Aall"
    );
}

#[test]
fn the_job_summary_is_a_table_that_input_cannot_break() {
    let mut fixture = Fixture::new();
    fixture
        .find("a.tf", MAIN, "false", "p", "x|<script>`")
        .message = "a\n| b |".into();
    let summary = github_summary(&fixture.done().result);
    assert!(
        summary.contains("| critical | p | x\\|&lt;script&gt;\\` | a.tf:3:23 | a \\| b \\| |"),
        "{summary}"
    );
}

mod built {
    use hipaa_iac_engine::{self as engine, PolicySet, Settings};
    use hipaa_iac_source::{
        self as source, Inventory, Level, Map, Node, ResourceKind, TerraformId,
    };

    use super::*;
    use crate::{BuildOptions, Show, inputs};

    const POLICY: &str = r#"apiVersion: hipaa-iac.dev/v1alpha1
kind: Policy
metadata:
  name: rds-storage-unencrypted
spec:
  title: RDS instances encrypt their storage
  severity: critical
  safeguards: ["164.312(a)(2)(iv)"]
  match: {terraform: [aws_db_instance]}
  rules:
    - select: $.storage_encrypted
      absent: fail
      require: self == true
      message: storage is not encrypted
  rationale: Disks get lost.
  remediation: {text: Set it., terraform: "storage_encrypted = true\n"}
"#;

    const LITERAL: &str = r#"apiVersion: hipaa-iac.dev/v1alpha1
kind: Policy
metadata: {name: rds-password-literal}
spec:
  title: RDS passwords are not written in the configuration
  severity: high
  safeguards: ["164.312(d)"]
  match: {terraform: [aws_db_instance]}
  secret: true
  rules:
    - select: $.password
      absent: pass
      require: "!isLiteral(element, 'password')"
      message: the password is written in the configuration
  rationale: Whoever reads the code has it.
  remediation: {text: Let RDS manage it.}
"#;

    struct Run {
        sources: Sources,
        inventory: Inventory,
        policies: PolicySet,
        config: engine::Config,
    }

    impl Run {
        /// One instance for each value of `storage_encrypted` (`None`: not set).
        fn new(values: &[Option<Node>]) -> Self {
            let sources = Sources::new();
            let files = [
                sources.add("policies/a.yaml", POLICY),
                sources.add("policies/b.yaml", LITERAL),
            ];
            let (policies, problems) = PolicySet::parse(&files);
            assert!(problems.is_empty(), "{problems:?}");
            let main = sources.add("infra/main.tf", MAIN);
            let at = |needle: &str| {
                let start = MAIN.find(needle).unwrap();
                Span::new(main.id(), start..start + needle.len())
            };
            let mut inventory = Inventory::default();
            for (number, value) in values.iter().enumerate() {
                let mut members = Map::default();
                members.insert(
                    "password".into(),
                    Node::string("S3CR-hunter2").at(at("\"S3CR-hunter2\"")),
                );
                if let Some(value) = value {
                    members.insert("storage_encrypted".into(), value.clone().at(at("false")));
                }
                inventory.resources.push(source::Resource {
                    address: format!("aws_db_instance.phi[{number}]").into(),
                    kind: ResourceKind::Terraform(TerraformId {
                        mode: "managed".into(),
                        type_: "aws_db_instance".into(),
                        name: "phi".into(),
                        provider: "hashicorp/aws".into(),
                        provider_major: None,
                        provider_config: None,
                    }),
                    root: "infra".into(),
                    environment: None,
                    body: Node::object(members),
                    span: Some(at("resource \"aws_db_instance\" \"phi\"")),
                    extent: None,
                    symbolic: false,
                });
            }
            Self {
                sources,
                inventory,
                policies,
                config: engine::Config::default(),
            }
        }

        fn result(&self, change: impl FnOnce(&mut BuildOptions<'_>)) -> CheckResult {
            let mut settings = Settings::new("2026-11-24".parse().unwrap());
            settings.config = self.config.clone();
            let evaluation =
                engine::evaluate(&self.policies, &self.inventory, &self.sources, &settings);
            let mut options = BuildOptions {
                tool_version: "0.1.0".into(),
                config: &self.config,
                policies: &self.policies,
                inputs: inputs(&self.inventory, &self.sources, &[]),
                show: Show::Findings,
                fail_on: Some(Severity::Low),
                strict: false,
            };
            change(&mut options);
            CheckResult::build(&evaluation, &self.inventory, &self.sources, options)
        }
    }

    fn shown(result: &CheckResult) -> Vec<(&str, Verdict)> {
        result
            .findings
            .iter()
            .map(|finding| (&*finding.policy, finding.verdict))
            .collect()
    }

    #[test]
    fn a_finding_has_its_place_citation_and_remedy() {
        let run = Run::new(&[Some(false.into())]);
        let result = run.result(|_| ());
        let finding = &result.findings[0];
        assert_eq!(finding.policy, "rds-storage-unencrypted");
        assert_eq!(finding.attribute.as_deref(), Some("$['storage_encrypted']"));
        let at = &finding.resource;
        assert_eq!(
            (&*at.type_, at.provider.as_deref(), &at.api_version),
            ("aws_db_instance", Some("hashicorp/aws"), &None)
        );
        assert_eq!(
            (at.line, at.column, at.end_line, at.end_column),
            (Some(3), Some(23), Some(3), Some(28))
        );
        assert_eq!(finding.safeguards[0].citation, "45 CFR 164.312(a)(2)(iv)");
        assert_eq!(
            finding.safeguards[0].implementation,
            Implementation::Addressable
        );
        assert_eq!(
            finding.remediation.code.as_deref(),
            Some("storage_encrypted = true\n")
        );
        assert!(!finding.sensitive);
        assert_eq!(result.summary.verdicts.fail, 2);
        assert_eq!(result.summary.severities.high.fail, 1);
        assert_eq!(
            (
                result.summary.resources,
                result.summary.policies,
                result.policy_bundle.policies
            ),
            (1, 2, 2)
        );
        assert_eq!(result.inputs.len(), 1);
        assert_eq!(
            (result.inputs[0].kind, result.inputs[0].resources),
            (InputKind::Terraform, 1)
        );
    }

    #[test]
    fn a_credential_is_marked_and_shown_nowhere() {
        let run = Run::new(&[Some(true.into())]);
        let result = run.result(|_| ());
        assert_eq!(shown(&result), [("rds-password-literal", Verdict::Fail)]);
        assert!(result.findings[0].sensitive);
        let fixture = Fixture {
            sources: run.sources,
            result,
        };
        for (format, text) in fixture.all() {
            assert!(!text.contains("S3CR"), "{format} shows a secret:\n{text}");
        }
        assert!(fixture.text().contains("password          = (redacted)"));
    }

    #[test]
    fn show_selects_and_the_summary_counts_all() {
        let run = Run::new(&[
            Some(false.into()),
            Some(true.into()),
            Some(Node::unknown("var.encrypted has no value")),
            None,
        ]);
        let all = run.result(|options| options.show = Show::All);
        assert_eq!(
            all.findings.len(),
            8,
            "each of four resources has a finding for each of two policies"
        );
        let storage = |verdict| {
            all.findings
                .iter()
                .filter(|finding| {
                    finding.policy.starts_with("rds-st") && finding.verdict == verdict
                })
                .count()
        };
        assert_eq!(
            (
                storage(Verdict::Fail),
                storage(Verdict::Pass),
                storage(Verdict::Unknown)
            ),
            (2, 1, 1)
        );
        let findings = run.result(|_| ());
        assert_eq!(findings.findings.len(), 7);
        let failures = run.result(|options| options.show = Show::Failures);
        assert_eq!(failures.findings.len(), 6);
        assert_eq!(all.summary, failures.summary);
        assert_eq!(all.summary.verdicts.pass, 1);
        for finding in &failures.findings {
            assert!(
                all.findings
                    .iter()
                    .any(|other| other.fingerprint == finding.fingerprint),
                "what is shown changes fingerprints"
            );
        }
        let unknown = findings
            .findings
            .iter()
            .find(|finding| finding.verdict == Verdict::Unknown)
            .unwrap();
        assert_eq!(unknown.reasons, ["var.encrypted has no value"]);
    }

    #[test]
    fn exit_codes_follow_threshold_strictness_and_diagnostics() {
        let mut run = Run::new(&[Some(Node::unknown("var.encrypted has no value"))]);
        run.inventory.resources[0].body = match &run.inventory.resources[0].body.value {
            source::Value::Object(members) => {
                let mut members = (**members).clone();
                members.shift_remove("password");
                Node::object(members)
            }
            _ => unreachable!(),
        };
        let exit = |run: &Run, fail_on, strict| {
            let change = |options: &mut BuildOptions<'_>| {
                (options.fail_on, options.strict) = (fail_on, strict);
            };
            run.result(change).summary.exit_code
        };
        assert_eq!(
            exit(&run, Some(Severity::Low), false),
            0,
            "an unknown alone"
        );
        assert_eq!(exit(&run, Some(Severity::Low), true), 1);
        assert_eq!(exit(&run, None, true), 0);
        for (level, code) in [
            (Level::Note, 0),
            (Level::Warning, 0),
            (Level::Usage, 2),
            (Level::Error, 3),
        ] {
            run.inventory
                .diagnostics
                .push(source::Diagnostic::new(level, "x", "y"));
            assert_eq!(exit(&run, Some(Severity::Low), false), code, "{level:?}");
        }

        let failing = Run::new(&[Some(false.into())]);
        assert_eq!(exit(&failing, Some(Severity::Critical), false), 1);
        let password = Run::new(&[Some(true.into())]);
        assert_eq!(
            exit(&password, Some(Severity::Critical), false),
            0,
            "a high failure is below the threshold"
        );
        assert_eq!(exit(&password, Some(Severity::High), false), 1);
    }

    #[test]
    fn overridden_severities_are_those_of_the_result() {
        let mut run = Run::new(&[Some(false.into())]);
        run.config.severity.insert(
            "rds-storage-unencrypted".into(),
            engine::SeverityOverride::Low,
        );
        let result = run.result(|_| ());
        assert_eq!(result.findings[0].severity, Severity::Low);
        assert_eq!(
            result
                .policies
                .iter()
                .map(|policy| policy.severity)
                .collect::<Vec<_>>(),
            [Severity::High, Severity::Low]
        );
    }

    #[test]
    fn equal_input_gives_equal_bytes_in_any_order() {
        let values = [
            Some(false.into()),
            None,
            Some(Node::unknown("x")),
            Some(true.into()),
        ];
        let run = Run::new(&values);
        let formats = |run: &Run| {
            let result = run.result(|options| options.show = Show::All);
            Fixture {
                sources: Sources::new(),
                result,
            }
            .all()
        };
        let first = formats(&run);
        assert_eq!(first, formats(&run));
        let mut again = Run::new(&values);
        for name in ["b", "a", "b"] {
            again
                .inventory
                .diagnostics
                .push(source::Diagnostic::new(Level::Warning, "x", name));
        }
        let mut reversed = Run::new(&values);
        for name in ["a", "b"] {
            reversed
                .inventory
                .diagnostics
                .push(source::Diagnostic::new(Level::Warning, "x", name));
        }
        reversed.inventory.resources.reverse();
        assert_eq!(formats(&again), formats(&reversed));
    }

    #[test]
    fn inputs_are_told_by_their_files() {
        let sources = Sources::new();
        let mut run = Run::new(&[None, None, None, None]);
        sources.add("plan.json", "{\"planned_values\": {}}");
        sources.add("state.json", "{\"values\": {}}");
        for (resource, root) in run.inventory.resources.iter_mut().zip([
            "infra",
            "plan.json",
            "state.json",
            "x.tfstate",
        ]) {
            resource.root = root.into();
        }
        for root in ["chart", "overlay", "."] {
            let mut resource = run.inventory.resources[0].clone();
            resource.root = root.into();
            resource.kind = ResourceKind::Kubernetes(source::KubernetesId {
                group: "apps".into(),
                version: "v1".into(),
                kind: "Deployment".into(),
                namespace: Some("default".into()),
                name: "x".into(),
            });
            run.inventory.resources.push(resource);
        }
        let walked = [
            "./chart/Chart.yaml",
            "overlay/kustomization.yaml",
            "deploy.yaml",
        ]
        .map(|path| source::WalkEntry {
            path: path.into(),
            named: false,
        });
        let kinds: Vec<_> = inputs(&run.inventory, &sources, &walked)
            .into_iter()
            .map(|input| (input.path, input.kind))
            .collect();
        let expected = [
            (".", InputKind::Kubernetes),
            ("chart", InputKind::Helm),
            ("infra", InputKind::Terraform),
            ("overlay", InputKind::Kustomize),
            ("plan.json", InputKind::Plan),
            ("state.json", InputKind::State),
            ("x.tfstate", InputKind::State),
        ];
        assert_eq!(kinds, expected.map(|(path, kind)| (path.to_owned(), kind)));
    }
}

/// What the API server would refuse in a Secret is pointed at, and is a secret all the same: the usual mistake is plain text in `data`.
#[test]
fn a_diagnostic_shows_nothing_of_a_secret() {
    const MANIFEST: &str = "apiVersion: v1\nkind: Secret\ndata:\n  token: S3CR-plain\n";
    let sources = Sources::new();
    let file = sources.add("secret.yaml", MANIFEST);
    let start = MANIFEST.find("S3CR").unwrap();
    let span = |range| Span::new(file.id(), range);
    let secret = source::Resource {
        address: "Secret/default/x".into(),
        kind: source::ResourceKind::Kubernetes(source::KubernetesId {
            group: "".into(),
            version: "v1".into(),
            kind: "Secret".into(),
            namespace: Some("default".into()),
            name: "x".into(),
        }),
        root: ".".into(),
        environment: None,
        body: source::Node::null(),
        span: None,
        extent: Some(span(0..MANIFEST.len())),
        symbolic: false,
    };
    let diagnostic = source::Diagnostic::new(
        source::Level::Error,
        "kubernetes-type",
        "not a base64 string",
    )
    .at(span(start..start + "S3CR-plain".len()));
    let inventory = source::Inventory {
        resources: vec![secret],
        diagnostics: vec![diagnostic],
        ..source::Inventory::default()
    };
    let result = CheckResult::build(
        &engine::Evaluation::default(),
        &inventory,
        &sources,
        BuildOptions {
            config: &engine::Config::default(),
            tool_version: "0.1.0".into(),
            policies: &engine::PolicySet::parse(&[]).0,
            inputs: vec![],
            show: Show::Findings,
            fail_on: None,
            strict: false,
        },
    );
    let text = text(&result, &sources, &TextOptions::default());
    assert!(text.contains("secret.yaml:4:10"), "{text}");
    assert!(!text.contains("S3CR"), "{text}");
}

#[test]
fn junit_holds_characters_of_xml_alone() {
    let mut fixture = everything();
    for finding in &mut fixture.result.findings {
        finding.resource.address = "aws_db_instance.a[\"\u{ffff}\u{fffe}\u{1}b\"]".into();
    }
    let text = junit(&fixture.result, &JunitOptions::default());
    assert!(text.contains("aws_db_instance.a["), "{text}");
    // `Char` of XML 1.0, 2.2.
    let bad = text.chars().find(|c| {
        !matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
    });
    assert_eq!(bad, None, "{text}");
}

#[test]
fn one_policy_with_many_results_takes_the_place_of_no_other() {
    let mut fixture = Fixture::new();
    fixture.policy("rds-storage-unencrypted", Severity::Critical);
    fixture.policy("s3-public", Severity::Critical);
    for at in 0..MAX_RESULTS + 7 {
        fixture
            .find(
                "a.tf",
                "x",
                "x",
                "rds-storage-unencrypted",
                &format!("aws_db_instance.x[{at}]"),
            )
            .severity = Severity::Critical;
    }
    for at in 0..2 {
        fixture
            .find(
                "b.tf",
                "x",
                "x",
                "s3-public",
                &format!("aws_s3_bucket.x[{at}]"),
            )
            .severity = Severity::Critical;
    }
    let text = sarif(
        &fixture.done().result,
        &Sources::new(),
        &SarifOptions::default(),
    );
    let value: Value = serde_json::from_str(&text).unwrap();
    let results = value["runs"][0]["results"].as_array().unwrap();
    let of = |policy: &str| {
        results
            .iter()
            .filter(|result| result["ruleId"] == policy)
            .count()
    };
    assert_eq!(
        (of("s3-public"), of("rds-storage-unencrypted")),
        (2, MAX_RESULTS - 2)
    );
}
