//! The built program as a user runs it.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use hipaa_iac_tests::{Ran, Tree, run_in};

mod bad_input;
mod examples;
mod formats;
mod options;
mod plan;
mod properties;
mod restores;
mod scale;
mod soundness;
mod traps;

/// A database that `rds-storage-unencrypted` fails, and nothing else is said of with `--only`.
const BAD: &str = "resource \"aws_db_instance\" \"phi\" {\n  identifier        = \"patients\"\n  engine            = \"postgres\"\n  storage_encrypted = false\n}\n";
/// The same put right.
const GOOD: &str = "resource \"aws_db_instance\" \"phi\" {\n  identifier        = \"patients\"\n  engine            = \"postgres\"\n  storage_encrypted = true\n}\n";
/// One policy, as JSON, on a fixed day.
const JSON: [&str; 7] = [
    "check",
    ".",
    "--only",
    "rds-storage-unencrypted",
    "--format",
    "json",
    "--as-of=2026-11-24",
];

/// A run with its result as JSON, on a day on which the waivers of the tests are in force.
fn json(tree: &Tree, options: &[&str]) -> Ran {
    let always = ["check", "--format", "json", "--as-of=2026-11-24"];
    run_in(tree.path(), &[&always[..], options].concat()).unwrap()
}

/// `address verdict` of everything that a policy says of a tree, in the order of the report.
fn verdicts(tree: &Tree, policy: &str, options: &[&str]) -> Vec<String> {
    let all = ["--only", policy, "--show", "all"];
    let ran = json(tree, &[&all[..], options].concat());
    let result = ran.json();
    assert!(
        result["findings"].is_array(),
        "{}{}",
        ran.stdout,
        ran.stderr
    );
    let findings = result["findings"].as_array().unwrap();
    let told = findings.iter().map(|finding| {
        let (address, verdict) = (&finding["resource"]["address"], &finding["verdict"]);
        format!(
            "{} {}",
            address.as_str().unwrap(),
            verdict.as_str().unwrap()
        )
    });
    told.collect()
}
