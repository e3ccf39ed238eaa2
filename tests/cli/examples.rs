//! The README's example shows what was planted in it, its twin shows nothing, and charts and overlays are rendered.

use std::{collections::BTreeSet, fs};

use hipaa_iac_tests::{Ran, run_in, workspace};

/// What was planted in `examples/clinic`: the policy, the file, and what stands on the line that must be reported.
const PLANTED: [(&str, &str, &str); 40] = [
    (
        "aws-provider-credentials-literal",
        "terraform/versions.tf",
        "access_key = ",
    ),
    (
        "security-group-ssh-rdp-open",
        "terraform/network.tf",
        "cidr_blocks = [var.office_cidr]",
    ),
    (
        "security-group-database-ports-open",
        "terraform/network.tf",
        "cidr_blocks = [var.office_cidr]",
    ),
    (
        "rds-cluster-storage-unencrypted",
        "terraform/database.tf",
        "storage_encrypted ",
    ),
    (
        "rds-cluster-backup-retention-short",
        "terraform/database.tf",
        "backup_retention_period ",
    ),
    (
        "rds-final-snapshot-skipped",
        "terraform/database.tf",
        "skip_final_snapshot ",
    ),
    (
        "rds-cluster-logs-not-exported",
        "terraform/database.tf",
        "resource \"aws_rds_cluster\" \"records\"",
    ),
    (
        "rds-publicly-accessible",
        "terraform/database.tf",
        "publicly_accessible ",
    ),
    (
        "rds-force-ssl-off",
        "terraform/database.tf",
        "value = \"0\"",
    ),
    (
        "rds-storage-unencrypted",
        "terraform/modules/postgres/main.tf",
        "storage_encrypted ",
    ),
    (
        "rds-backup-retention-short",
        "terraform/modules/postgres/main.tf",
        "backup_retention_period ",
    ),
    (
        "rds-logs-not-exported",
        "terraform/modules/postgres/main.tf",
        "enabled_cloudwatch_logs_exports ",
    ),
    (
        "rds-not-in-backup-plan",
        "terraform/modules/postgres/main.tf",
        "resource \"aws_db_instance\" \"this\"",
    ),
    (
        "s3-bucket-versioning-disabled",
        "terraform/modules/bucket/main.tf",
        "status = var.versioning",
    ),
    (
        "s3-bucket-public-access-not-blocked",
        "terraform/modules/bucket/main.tf",
        "restrict_public_buckets ",
    ),
    (
        "s3-bucket-plaintext-allowed",
        "terraform/modules/bucket/main.tf",
        "resource \"aws_s3_bucket\" \"this\"",
    ),
    (
        "s3-bucket-access-not-logged",
        "terraform/modules/bucket/main.tf",
        "resource \"aws_s3_bucket\" \"this\"",
    ),
    (
        "s3-bucket-acl-public",
        "terraform/storage.tf",
        "acl    = \"public-read\"",
    ),
    (
        "s3-bucket-policy-public",
        "terraform/storage.tf",
        "policy = jsonencode(",
    ),
    (
        "s3-audit-bucket-object-lock-missing",
        "terraform/audit.tf",
        "resource \"aws_s3_bucket\" \"audit\"",
    ),
    (
        "cloudtrail-single-region",
        "terraform/audit.tf",
        "is_multi_region_trail = false",
    ),
    (
        "kms-key-policy-public",
        "terraform/audit.tf",
        "policy = jsonencode(",
    ),
    (
        "iam-policy-full-admin",
        "terraform/audit.tf",
        "policy = data.aws_iam_policy_document.operations.json",
    ),
    (
        "lb-listener-plaintext",
        "terraform/portal.tf",
        "protocol          = \"HTTP\"",
    ),
    (
        "lb-listener-tls-outdated",
        "terraform/portal.tf",
        "ssl_policy ",
    ),
    (
        "ebs-volume-unencrypted",
        "terraform/portal.tf",
        "resource \"aws_ebs_volume\"",
    ),
    (
        "efs-unencrypted",
        "terraform/portal.tf",
        "resource \"aws_efs_file_system\"",
    ),
    (
        "lambda-url-unauthenticated",
        "terraform/portal.tf",
        "authorization_type = \"NONE\"",
    ),
    (
        "cloudfront-plaintext-allowed",
        "terraform/portal.tf",
        "viewer_protocol_policy = \"allow-all\"",
    ),
    (
        "lambda-at-edge-not-covered",
        "terraform/portal.tf",
        "lambda_arn ",
    ),
    (
        "vercel-project-not-covered",
        "terraform/portal.tf",
        "resource \"vercel_project\"",
    ),
    (
        "cloudflare-worker-not-covered",
        "terraform/portal.tf",
        "resource \"cloudflare_workers_script\"",
    ),
    (
        "backup-restore-testing-missing",
        "terraform/backup.tf",
        "resource \"aws_backup_plan\"",
    ),
    (
        "backup-vault-without-customer-key",
        "terraform/backup.tf",
        "resource \"aws_backup_vault\"",
    ),
    (
        "backup-plan-retention-short",
        "terraform/backup.tf",
        "delete_after = 14",
    ),
    (
        "wasm-runtime-class",
        "kubernetes/messaging.yaml",
        "runtimeClassName:",
    ),
    (
        "postgres-connection-without-tls",
        "kubernetes/messaging.yaml",
        "sslmode=disable",
    ),
    (
        "ingress-without-tls",
        "kubernetes/messaging.yaml",
        "- host: messages.clinic.example",
    ),
    (
        "database-workload-without-backup",
        "kubernetes/storage.yaml",
        "kind: StatefulSet",
    ),
    (
        "ebs-storage-class-unencrypted",
        "kubernetes/storage.yaml",
        "kind: StorageClass",
    ),
];

fn check(example: &str, extra: &[&str]) -> Ran {
    let mut arguments = vec![
        "check",
        example,
        "--format",
        "json",
        "--as-of",
        "2026-11-24",
    ];
    arguments.extend(extra);
    run_in(&workspace(), &arguments).unwrap()
}

#[test]
fn the_clinic_shows_every_planted_violation_at_its_line() {
    let ran = check("examples/clinic", &[]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    let findings = ran.findings();
    let mut missing = Vec::new();
    for (policy, file, text) in PLANTED {
        let path = format!("examples/clinic/{file}");
        let lines = fs::read_to_string(workspace().join(&path)).unwrap();
        let found = lines.lines().enumerate().any(|(index, line)| {
            line.contains(text) && findings.contains(&format!("{policy} fail {path}:{}", index + 1))
        });
        if !found {
            missing.push(format!("{policy} at `{text}` of {path}"));
        }
    }
    assert!(
        missing.is_empty(),
        "missing: {missing:#?}\nfound: {findings:#?}"
    );
    let policies: BTreeSet<_> = findings
        .iter()
        .map(|finding| finding.split(' ').next().unwrap())
        .collect();
    assert!(policies.len() >= 25);
    assert!(findings.iter().any(|finding| finding.contains(" waived ")));
}

#[test]
fn the_compliant_clinic_passes() {
    let ran = check("examples/clinic-compliant", &["--strict"]);
    assert_eq!(
        (ran.code, ran.findings()),
        (0, Vec::new()),
        "{}",
        ran.stdout
    );
    let all = check("examples/clinic-compliant", &["--show", "all"]);
    let passed = all
        .findings()
        .iter()
        .filter(|finding| finding.contains(" pass "))
        .count();
    assert!(passed > 50, "passes are earned, {passed} of them");
}

#[test]
fn the_chart_is_rendered_with_the_values_given() {
    let ran = check("examples/clinic-chart", &[]);
    let policies: BTreeSet<_> = ran
        .findings()
        .iter()
        .map(|finding| finding.split(' ').next().unwrap().to_owned())
        .collect();
    assert_eq!(ran.code, 1, "{}{}", ran.stdout, ran.stderr);
    assert!(
        policies.contains("ingress-without-tls")
            && policies.contains("postgres-connection-without-tls"),
        "{policies:?}"
    );
    let production = check(
        "examples/clinic-chart",
        &[
            "--helm-values",
            "examples/clinic-chart/values-production.yaml",
        ],
    );
    assert_eq!((production.code, production.findings()), (0, Vec::new()));
}

#[test]
fn the_overlay_is_built_and_its_base_is_not_judged_apart() {
    let ran = check("examples/clinic-overlay", &[]);
    let policies: BTreeSet<_> = ran
        .findings()
        .iter()
        .map(|finding| finding.split(' ').next().unwrap().to_owned())
        .collect();
    assert_eq!(
        policies.into_iter().collect::<Vec<_>>(),
        ["edge-node-placement"],
        "{}",
        ran.stderr
    );
}
