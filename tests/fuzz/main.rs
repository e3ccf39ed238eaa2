//! No input makes hipaa-iac panic, hang, lie about itself or give a secret away: mutated and generated Terraform,
//! manifests, plans and policies, each through everything from reading to every report, in this process.
//!
//! `HIPAA_IAC_FUZZ_SECONDS` is the time for each of the four campaigns (20), `HIPAA_IAC_FUZZ_SEED` what the inputs are
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
mod hcl;
mod judge;
mod manifest;
mod mutation;
mod plan;
mod policy;
mod shapes;
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
