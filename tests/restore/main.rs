//! Backups, sound and damaged, made by the real tools and judged by the engine.
#![expect(clippy::indexing_slicing, clippy::expect_used, reason = "tests")]

mod backrest;
mod barman;
mod case;
#[path = "../cluster/certificates.rs"]
#[expect(dead_code, reason = "the cluster's tests need more")]
mod certificates;
mod command;
mod death;
mod fixture;
mod jail;
mod matrix;
mod s3;
mod snapshot;
mod tablespaces;
mod tls;

use std::process::ExitCode;

use libtest_mimic::Arguments;

fn main() -> ExitCode {
    // The engine starts this very program for its sandbox.
    if let Some(code) = hipaa_iac_restore::sandbox::dispatch() {
        return code;
    }
    if let Some(code) = case::dispatch() {
        return code;
    }
    let arguments = Arguments::from_args();
    let mut trials = matrix::trials();
    trials.extend(barman::trials());
    trials.extend(command::trials());
    trials.extend(death::trials());
    trials.extend(jail::trials());
    trials.extend(s3::trials());
    trials.extend(backrest::trials());
    trials.extend(snapshot::trials());
    trials.extend(tablespaces::trials());
    trials.extend(tls::trials());
    trials.sort_by(|first, second| first.name().cmp(second.name()));
    let conclusion = libtest_mimic::run(&arguments, trials);
    barman::forget();
    snapshot::forget();
    fixture::forget();
    conclusion.exit_code()
}
