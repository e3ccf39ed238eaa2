//! The project's own chores: `cargo xtask test`, `cargo xtask lint`, `cargo xtask generate`, `cargo xtask bench`.

mod generate;
mod lint;
mod suites;
mod tools;

use std::{
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use clap::{Parser, Subcommand};

/// Chores of the hipaa-iac project.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Debug, Subcommand)]
enum Chore {
    /// Run test suites: everything this machine can run, unless suites are named
    Test {
        /// The suites to run
        #[arg(value_enum)]
        suites: Vec<suites::Suite>,
    },
    /// Build the images of the cluster tests, of the operator and of the runner, as archives below target/tools/images
    Images,
    /// Format, clippy, licences and generated files, all as CI checks them
    Lint,
    /// Write the generated files: JSON Schemas and the policy reference
    Generate {
        /// Only check that they are current
        #[arg(long)]
        check: bool,
    },
    /// Measure speed and memory against a baseline of the same run
    Bench {
        /// Terraform files in the generated tree
        #[arg(long, default_value_t = 1000)]
        files: usize,
        /// Measure restore verification instead, with a database of this many MiB
        #[arg(long, value_name = "MIB", conflicts_with = "files")]
        restore: Option<u64>,
    },
}

/// What went wrong, in words for the person at the terminal.
type Outcome = Result<(), String>;

fn main() -> ExitCode {
    let outcome = match Cli::parse().chore {
        Chore::Test { suites } => suites::run(&suites),
        Chore::Images => tools::cluster().and_then(|()| tools::images()),
        Chore::Lint => lint::run(),
        Chore::Generate { check } => generate::run(check),
        Chore::Bench { files, restore } => must(
            cargo(&[
                "run",
                "--release",
                "--quiet",
                "--package",
                "hipaa-iac-benches",
                "--",
            ])
            .args(match restore {
                Some(mib) => vec!["restore".to_owned(), mib.to_string()],
                None => vec![files.to_string()],
            })
            .env("PATH", tools::path()),
        ),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            say(&format!("error: {problem}"));
            ExitCode::FAILURE
        }
    }
}

/// The workspace folder.
fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_owned()
}

/// Whether this is CI, where nothing may be skipped.
fn ci() -> bool {
    std::env::var_os("CI").is_some_and(|value| value == "true" || value == "1")
}

#[expect(
    clippy::print_stderr,
    reason = "a chore speaks to the person who called it"
)]
fn say(text: &str) {
    eprintln!("{text}");
}

/// Cargo as it called us, in the workspace folder.
fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root()).args(arguments);
    command
}

/// Builds programs of ours. Always of the whole workspace: a package by itself has other features of its dependencies, which would be built again.
fn build(programs: &[&str]) -> Outcome {
    must(
        cargo(&["build", "--quiet", "--workspace"])
            .args(programs.iter().flat_map(|program| ["--bin", program])),
    )
}

/// A program of ours that was built: it is beside this one, whatever `CARGO_BUILD_TARGET` is.
fn built(program: &str) -> Result<Command, String> {
    let here = std::env::current_exe().map_err(|error| format!("xtask: {error}"))?;
    let mut command = Command::new(here.with_file_name(program));
    command.current_dir(root());
    Ok(command)
}

/// Runs a command, shown first, and fails where it fails.
fn must(command: &mut Command) -> Outcome {
    let program = Path::new(command.get_program())
        .file_name()
        .unwrap_or_default();
    let mut shown = program.to_string_lossy().into_owned();
    for argument in command.get_args() {
        shown.push(' ');
        shown.push_str(&argument.to_string_lossy());
    }
    say(&format!("$ {shown}"));
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{shown}` ended with {status}")),
        Err(error) => Err(format!("`{shown}` could not be started: {error}")),
    }
}
