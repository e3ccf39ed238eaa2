//! The test suites.

use std::{fs, io, path::PathBuf, time::Instant};

use clap::ValueEnum;

use crate::{Outcome, build, built, cargo, ci, must, root, say, tools};

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

/// What runs when no suite is named.
const DEFAULT: [Suite; 7] = [
    Suite::Unit,
    Suite::Policies,
    Suite::Cli,
    Suite::Differential,
    Suite::Restore,
    Suite::Fuzz,
    Suite::Cluster,
];

/// Runs the named suites, or [`DEFAULT`]. A suite whose tools cannot be had is skipped aloud, and in CI fails.
pub(crate) fn run(named: &[Suite]) -> Outcome {
    let chosen = if named.is_empty() { &DEFAULT } else { named };
    // The programs of a cluster take minutes to build: in what the suites before it leave idle.
    let mut ahead = match chosen.iter().position(|suite| *suite == Suite::Cluster) {
        Some(1..) => tools::cluster_ahead(),
        _ => None,
    };
    let mut failed = Vec::new();
    for suite in chosen {
        let name = suite
            .to_possible_value()
            .map(|value| value.get_name().to_owned())
            .unwrap_or_default();
        say(&format!("\n== suite {name}"));
        let started = Instant::now();
        if *suite == Suite::Cluster
            && let Some(builder) = ahead.take()
        {
            // What failed there is tried again below, and told.
            let _ = builder.join();
        }
        if let Err(missing) = suite.prepare() {
            say(&format!("skipped {name}: {missing}"));
            if ci() || !named.is_empty() {
                failed.push(format!("{name} (skipped)"));
            }
            continue;
        }
        let result = suite.run();
        let seconds = started.elapsed().as_secs();
        match result {
            Ok(()) => say(&format!("suite {name}: passed after {seconds} s")),
            Err(problem) => {
                say(&format!(
                    "suite {name}: failed after {seconds} s: {problem}"
                ));
                failed.push(name);
            }
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
            Self::Cluster => tools::cluster()
                .and_then(|()| tools::databases())
                .and_then(|()| tools::object_storage()),
            Self::Restore => tools::databases().and_then(|()| tools::object_storage()),
        }
    }

    fn run(self) -> Outcome {
        let test = |targets: &[&str]| {
            must(
                cargo(&["test", "--quiet", "--workspace"])
                    .args(targets.iter().flat_map(|target| ["--test", target]))
                    .env("PATH", tools::path()),
            )
        };
        match self {
            Self::Unit => must(
                cargo(&["test", "--quiet", "--workspace", "--no-fail-fast"])
                    .args(["--lib", "--bins"])
                    .args(own_tests()?.iter().flat_map(|target| ["--test", target]))
                    .env("PATH", tools::path()),
            ),
            Self::Policies => {
                build(&["hipaa-iac"])?;
                let policy = |what| must(built("hipaa-iac")?.args(["policy", what, "policies"]));
                policy("lint")?;
                policy("test")
            }
            Self::Cli => {
                build(&["hipaa-iac"])?;
                test(&["cli", "chart"])
            }
            Self::Differential => {
                build(&["hipaa-iac"])?;
                test(&["differential"])
            }
            Self::Restore => {
                build(&["hipaa-iac"])?;
                test(&["evidence", "restore"])
            }
            Self::Fuzz => {
                build(&["hipaa-iac"])?;
                test(&["fuzz"])
            }
            Self::Cluster => {
                build(&["hipaa-iac"])?;
                if !given() {
                    tools::images()?;
                }
                test(&["cluster"])
            }
        }
    }
}

/// The integration tests of the crates themselves, where Cargo finds them: `tests/name.rs` or `tests/name/main.rs`.
fn own_tests() -> Result<Vec<String>, String> {
    let entries = |folder: PathBuf| {
        let entries: io::Result<Vec<PathBuf>> = fs::read_dir(&folder)
            .and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect());
        entries.map_err(|error| format!("{}: {error}", folder.display()))
    };
    let mut packages = entries(root().join("crates"))?;
    packages.extend(["cli", "operator"].map(|name| root().join(name)));
    let mut names = Vec::new();
    for tests in packages.iter().map(|package| package.join("tests")) {
        if tests.is_dir() {
            let is_target = |path: &PathBuf| {
                path.extension().is_some_and(|extension| extension == "rs")
                    || path.join("main.rs").is_file()
            };
            let targets = entries(tests)?.into_iter().filter(is_target);
            names.extend(targets.filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned())));
        }
    }
    Ok(names)
}

/// Whether the cluster tests use a cluster that is there already.
fn given() -> bool {
    std::env::var_os("HIPAA_IAC_CLUSTER").is_some_and(|value| value == "given")
}
