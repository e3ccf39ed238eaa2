//! The built program as a user runs it.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

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
