//! Measures `hipaa-iac check` on generated trees and prints ratios to baselines of the same run:
//! `terraform fmt -check -recursive` (or `tofu`), and reading the bytes; or `hipaa-iac restore verify` against the bare restore.
//! Linux only: it reads `/proc`.
//!
//! `cargo xtask bench --files 1000`, `cargo xtask bench --restore 1024`

#![expect(clippy::print_stdout, reason = "the figures are what it is for")]

mod measure;
mod restore;
mod tree;

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use measure::{Cost, best_of};

fn main() -> ExitCode {
    let number = |at| -> Option<u64> { env::args().nth(at)?.parse().ok() };
    let outcome = if env::args().nth(1).is_some_and(|what| what == "restore") {
        restore::given()
            .map_or_else(program, Ok)
            .and_then(|program| restore::run(number(2).unwrap_or(1024), &program))
    } else {
        run(number(1)
            .and_then(|files| usize::try_from(files).ok())
            .unwrap_or(1000))
    };
    match outcome {
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
    let instances = folder.path().join("instances");
    fs::create_dir_all(&empty)?;
    tree::instances(&instances, 100)?;
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
    let many = show(
        "check of 10,000 resources of one for_each",
        check(&program, &instances)?,
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
    let terraform = ["terraform", "tofu"]
        .into_iter()
        .find(|name| Command::new(name).arg("version").output().is_ok());
    let fmt = terraform
        .map(|terraform| {
            let fmt = best_of(3, || {
                let mut fmt = Command::new(terraform);
                fmt.args(["fmt", "-check", "-recursive"]).arg(&large);
                fmt
            })?;
            let what = format!("{terraform} fmt -check -recursive of {files} files");
            Ok::<_, io::Error>(show(&what, fmt))
        })
        .transpose()?;

    println!("\n{:<58} {:>9} {:>9}", "", "at most", "measured");
    aim("start, ms", 30.0, Some(start.wall * 1000.0));
    let against = fmt.map(|fmt| whole.cpu / fmt.cpu);
    aim("CPU time as a multiple of terraform fmt's", 1.0, against);
    aim("peak memory, MiB", 150.0, Some(whole.peak_mib));
    aim(
        "CPU time of ten times the files, as a multiple",
        11.0,
        Some(whole.cpu / tenth.cpu),
    );
    aim(
        "10,000 resources of one for_each, wall s",
        1.0,
        Some(many.wall),
    );
    aim(
        "CPU time of 119 Kubernetes objects, s (kube-score's)",
        0.26,
        Some(objects.cpu),
    );
    println!(
        "CPU time as a multiple of reading the bytes: {:.1}",
        whole.cpu / read.cpu
    );
    Ok(())
}

/// A line of what is aimed at.
fn aim(what: &str, most: f64, measured: Option<f64>) {
    let (measured, holds) = match measured {
        Some(measured) if measured <= most => (format!("{measured:.2}"), ""),
        Some(measured) => (format!("{measured:.2}"), "missed"),
        None => ("-".to_owned(), "no terraform or tofu here"),
    };
    println!("{what:<58} {most:>9.2} {measured:>9} {holds}");
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
