//! Measures `hipaa-iac check` on generated trees and prints ratios to baselines of the same run:
//! `terraform fmt -check -recursive` (or `tofu`), and reading the bytes. Linux only: it reads `/proc`.
//!
//! `cargo xtask bench --files 1000`

#![expect(clippy::print_stdout, reason = "the figures are what it is for")]

mod measure;
mod tree;

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use measure::{Cost, best_of};

fn main() -> ExitCode {
    let files = env::args()
        .nth(1)
        .and_then(|count| count.parse().ok())
        .unwrap_or(1000);
    match run(files) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(files: usize) -> io::Result<()> {
    let program = program()?;
    let folder = tempfile::tempdir()?;
    let small = folder.path().join("small");
    let large = folder.path().join("large");
    let manifests = folder.path().join("manifests");
    let empty = folder.path().join("empty");
    fs::create_dir_all(&empty)?;
    tree::terraform(&small, files / 10)?;
    tree::terraform(&large, files)?;
    tree::kubernetes(&manifests, 119)?;

    println!(
        "{:<58} {:>9} {:>9} {:>9}",
        "", "CPU s", "wall s", "peak MiB"
    );
    let start = show("start: check of an empty folder", check(&program, &empty)?);
    let tenth = show(
        &format!("check of {} Terraform files", files / 10),
        check(&program, &small)?,
    );
    let whole = show(
        &format!("check of {files} Terraform files"),
        check(&program, &large)?,
    );
    let objects = show(
        "check of 119 Kubernetes objects",
        check(&program, &manifests)?,
    );
    let read = show(
        &format!("reading the bytes of {files} files (cat)"),
        best_of(3, || {
            let mut cat = Command::new("sh");
            cat.args(["-c", "find \"$0\" -type f -print0 | xargs -0 cat"])
                .arg(&large);
            cat
        })?,
    );
    println!();
    println!(
        "start, wall time:                                  {:.1} ms",
        start.wall * 1000.0
    );
    println!(
        "ten times the files cost, CPU time:                {:.1} times",
        whole.cpu / tenth.cpu
    );
    println!(
        "against reading the bytes, CPU time:               {:.1} times",
        whole.cpu / read.cpu
    );
    println!(
        "CPU seconds for 119 Kubernetes objects:            {:.3}",
        objects.cpu
    );
    if let Some(terraform) = ["terraform", "tofu"]
        .into_iter()
        .find(|name| Command::new(name).arg("version").output().is_ok())
    {
        let fmt = best_of(3, || {
            let mut fmt = Command::new(terraform);
            fmt.args(["fmt", "-check", "-recursive"]).arg(&large);
            fmt
        })?;
        let fmt = show(
            &format!("{terraform} fmt -check -recursive of {files} files"),
            fmt,
        );
        println!(
            "against {terraform} fmt -check, CPU time:             {:.2} times",
            whole.cpu / fmt.cpu
        );
    }
    Ok(())
}

fn show(what: &str, cost: Cost) -> Cost {
    println!(
        "{what:<58} {:>9.3} {:>9.3} {:>9.1}",
        cost.cpu, cost.wall, cost.peak_mib
    );
    cost
}

fn check(program: &Path, tree: &Path) -> io::Result<Cost> {
    best_of(3, || {
        let mut check = Command::new(program);
        check
            .args([
                "check",
                "--quiet",
                "--as-of",
                "2026-11-24",
                "--format",
                "json",
            ])
            .arg(tree);
        check
    })
}

/// The release build of `hipaa-iac`, built if need be.
fn program() -> io::Result<PathBuf> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["build", "--release", "--quiet", "--package", "hipaa-iac"])
        .status()?;
    if !status.success() {
        return Err(io::Error::other("hipaa-iac does not build"));
    }
    let here = env::current_exe()?;
    Ok(here.with_file_name("hipaa-iac"))
}
