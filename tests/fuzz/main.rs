//! No input makes hipaa-iac panic, hang, lie about itself or give a secret away: mutated and generated Terraform,
//! manifests, plans and policies, each through everything from reading to every report, in this process; and no change to
//! an evidence log goes unseen, by either verifier; and no archive of a backup gets out of the scratch or keeps a run from its end.
//!
//! `HIPAA_IAC_FUZZ_SECONDS` is the time for each of the six campaigns (20), `HIPAA_IAC_FUZZ_SEED` what the inputs are
//! made from (a fixed number). A failing input is shrunk, printed, and kept below the target folder; so is the one
//! that was being judged when a stack overflow or the watchdog ended the process.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    reason = "tests"
)]

mod campaign;
mod evidence;
mod hcl;
mod judge;
mod manifest;
mod mutation;
mod plan;
mod policy;
mod shapes;
#[cfg(target_os = "linux")]
mod tar;
mod tree;

#[test]
fn terraform() {
    campaign::run("terraform", &hcl::trees());
}

#[test]
fn manifests() {
    campaign::run("manifests", &manifest::trees());
}

#[test]
fn plans() {
    campaign::run("plans", &plan::trees());
}

#[test]
fn policies() {
    campaign::run("policies", &policy::trees());
}

#[cfg(target_os = "linux")]
#[test]
fn archives() {
    campaign::run_by("tar", &tar::trees(), &tar::judge);
}

#[test]
fn evidence_logs() {
    campaign::run_by("evidence", &evidence::trees(), &evidence::judge);
}
