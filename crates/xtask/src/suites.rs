//! The test suites.

use clap::ValueEnum;

use crate::{Outcome, cargo, ci, must, say, tools};

/// A suite that `cargo xtask test` runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Suite {
    /// Unit and property tests of every crate
    Unit,
    /// Every policy's fixtures, and the policy linter
    Policies,
    /// The built program as a user runs it, with Helm and Kustomize; the operator's chart without a cluster
    Cli,
    /// The evaluator against the real Terraform or OpenTofu
    Differential,
    /// Backups, sound and damaged, by the real tools; evidence logs, against their verifier in Python; real S3 servers
    Restore,
    /// Mutated and generated input through every crate; `HIPAA_IAC_FUZZ_SECONDS` and `HIPAA_IAC_FUZZ_SEED` change how much
    Fuzz,
    /// The operator on a real Kubernetes of `HIPAA_IAC_KUBERNETES`'s version; `HIPAA_IAC_CLUSTER=given` takes `KUBECONFIG`'s
    Cluster,
}

/// What runs when no suite is named. The others have cases that fail still (see CHANGELOG.md), and are run by name.
const SOUND: [Suite; 5] = [
    Suite::Unit,
    Suite::Policies,
    Suite::Cli,
    Suite::Differential,
    Suite::Fuzz,
];

/// Runs the named suites, or those that are sound. A suite whose tools cannot be had is skipped aloud, and in CI fails.
pub(crate) fn run(named: &[Suite]) -> Outcome {
    let chosen = if named.is_empty() { &SOUND } else { named };
    let mut failed = Vec::new();
    for suite in chosen {
        let name = suite
            .to_possible_value()
            .map(|value| value.get_name().to_owned())
            .unwrap_or_default();
        say(&format!("\n== suite {name}"));
        if let Err(missing) = suite.prepare() {
            say(&format!("skipped {name}: {missing}"));
            if ci() || !named.is_empty() {
                failed.push(format!("{name} (skipped)"));
            }
            continue;
        }
        if let Err(problem) = suite.run() {
            say(&format!("failed {name}: {problem}"));
            failed.push(name);
        }
    }
    if failed.is_empty() {
        Ok(())
    } else {
        Err(format!("suites that failed: {}", failed.join(", ")))
    }
}

impl Suite {
    fn prepare(self) -> Outcome {
        match self {
            Self::Unit | Self::Policies | Self::Fuzz => Ok(()),
            Self::Cli => tools::helm().and_then(|()| tools::kustomize()),
            Self::Differential => tools::terraform(),
            Self::Cluster if given() => tools::helm().and_then(|()| tools::kubernetes()),
            Self::Cluster => tools::cluster(),
            Self::Restore => tools::databases().and_then(|()| tools::object_storage()),
        }
    }

    fn run(self) -> Outcome {
        let test = |arguments: &[&str]| {
            must(
                cargo(&["test", "--quiet"])
                    .args(arguments)
                    .env("PATH", tools::path()),
            )
        };
        match self {
            Self::Unit => test(&[
                "--workspace",
                "--no-fail-fast",
                "--exclude",
                "hipaa-iac-tests",
            ]),
            Self::Policies => {
                must(&mut cargo(&[
                    "run",
                    "--quiet",
                    "--package",
                    "hipaa-iac",
                    "--",
                    "policy",
                    "lint",
                    "policies",
                ]))?;
                must(&mut cargo(&[
                    "run",
                    "--quiet",
                    "--package",
                    "hipaa-iac",
                    "--",
                    "policy",
                    "test",
                    "policies",
                ]))
            }
            Self::Cli => {
                must(&mut cargo(&["build", "--quiet", "--package", "hipaa-iac"]))?;
                test(&[
                    "--package",
                    "hipaa-iac-tests",
                    "--test",
                    "cli",
                    "--test",
                    "chart",
                ])
            }
            Self::Differential => {
                must(&mut cargo(&["build", "--quiet", "--package", "hipaa-iac"]))?;
                test(&["--package", "hipaa-iac-tests", "--test", "differential"])
            }
            Self::Restore => {
                must(&mut cargo(&["build", "--quiet", "--package", "hipaa-iac"]))?;
                test(&[
                    "--package",
                    "hipaa-iac-tests",
                    "--test",
                    "evidence",
                    "--test",
                    "restore",
                ])
            }
            Self::Fuzz => test(&["--package", "hipaa-iac-tests", "--test", "fuzz"]),
            Self::Cluster => {
                must(&mut cargo(&["build", "--quiet", "--package", "hipaa-iac"]))?;
                if !given() {
                    tools::images()?;
                }
                test(&["--package", "hipaa-iac-tests", "--test", "cluster"])
            }
        }
    }
}

/// Whether the cluster tests use a cluster that is there already.
fn given() -> bool {
    std::env::var_os("HIPAA_IAC_CLUSTER").is_some_and(|value| value == "given")
}
