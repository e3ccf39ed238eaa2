//! The real program's answer.

use std::{
    collections::BTreeMap,
    fs, io,
    path::Path,
    process::{Command, Stdio},
    sync::OnceLock,
};

use serde_json::Value as Json;

use crate::said::{Said, said};

/// What the real program makes of a configuration.
pub(crate) enum Truth {
    /// What the plan says of every managed resource.
    Planned(BTreeMap<String, Said>),
    /// It refuses the configuration.
    Refused(Vec<Refusal>),
}

/// An error of the real program.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    /// The file, relative to the configuration's folder, and the line; none where it names no place.
    pub(crate) place: Option<(String, u64)>,
    pub(crate) message: String,
}

/// A program that judges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Program {
    Terraform,
    OpenTofu,
}

impl Program {
    pub(crate) fn command(self) -> &'static str {
        match self {
            Self::Terraform => "terraform",
            Self::OpenTofu => "tofu",
        }
    }

    /// The names of the functions that it has.
    ///
    /// # Errors
    /// Where it does not run.
    pub(crate) fn functions(self) -> Result<Vec<String>, String> {
        let output = Command::new(self.command())
            .args(["metadata", "functions", "-json"])
            .output()
            .map_err(|error| error.to_string())?;
        let all: Json =
            serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())?;
        let mut names: Vec<String> = all["function_signatures"]
            .as_object()
            .ok_or("no functions")?
            .keys()
            .map(|name| name.trim_start_matches("core::").to_owned())
            .collect();
        names.sort();
        names.dedup();
        Ok(names)
    }
}

/// The programs that are there: each judges everything.
///
/// # Errors
/// Where there is none.
pub(crate) fn programs() -> Result<&'static [Program], String> {
    static PROGRAMS: OnceLock<Vec<Program>> = OnceLock::new();
    let runs = |program: &Program| {
        let status = Command::new(program.command())
            .arg("version")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        status.is_ok_and(|status| status.success())
    };
    let found = PROGRAMS.get_or_init(|| {
        let mut all = vec![Program::Terraform, Program::OpenTofu];
        all.retain(runs);
        all
    });
    if found.is_empty() {
        return Err(
            "neither terraform nor tofu is on the PATH; `cargo xtask test differential` builds one"
                .to_owned(),
        );
    }
    Ok(found)
}

/// Plans a configuration in its folder, which gets the program's own files too. The arguments are those of `plan`.
///
/// # Errors
/// Where the program cannot be run.
pub(crate) fn plan(
    program: Program,
    folder: &Path,
    arguments: &[String],
    environment: &[(String, String)],
) -> Result<Truth, String> {
    let run = |arguments: &[&str]| {
        let mut command = Command::new(program.command());
        command
            .current_dir(folder)
            .args(arguments)
            .stdin(Stdio::null());
        command
            .env("CHECKPOINT_DISABLE", "1")
            .env("TF_IN_AUTOMATION", "1")
            .envs(environment.iter().cloned());
        command.output().map_err(|error| error.to_string())
    };
    let init = run(&["init", "-backend=false", "-input=false", "-no-color"])?;
    let refused = |message: &[u8]| {
        Truth::Refused(vec![Refusal {
            place: None,
            message: String::from_utf8_lossy(message).into_owned(),
        }])
    };
    if !init.status.success() {
        return Ok(refused(&init.stderr));
    }
    let mut plan = vec!["plan", "-input=false", "-json", "-out=plan.bin"];
    plan.extend(arguments.iter().map(String::as_str));
    let planned = run(&plan)?;
    if !planned.status.success() {
        let refusals = refusals(&String::from_utf8_lossy(&planned.stdout));
        return Ok(if refusals.is_empty() {
            refused(&planned.stderr)
        } else {
            Truth::Refused(refusals)
        });
    }
    let shown = run(&["show", "-json", "plan.bin"])?;
    if !shown.status.success() {
        return Err(String::from_utf8_lossy(&shown.stderr).into_owned());
    }
    let plan: Json = serde_json::from_slice(&shown.stdout).map_err(|error| error.to_string())?;
    let changes = plan["resource_changes"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let managed = changes.iter().filter(|change| change["mode"] == "managed");
    Ok(Truth::Planned(
        managed
            .map(|resource| {
                let change = &resource["change"];
                let address = resource["address"].as_str().unwrap_or_default().to_owned();
                (
                    address,
                    said(
                        &change["after"],
                        &change["after_unknown"],
                        &change["after_sensitive"],
                    ),
                )
            })
            .collect(),
    ))
}

/// The errors among the messages that `-json` prints, one a line.
fn refusals(output: &str) -> Vec<Refusal> {
    let messages = output
        .lines()
        .filter_map(|line| serde_json::from_str::<Json>(line).ok());
    messages
        .filter(|message| message["diagnostic"]["severity"] == "error")
        .map(|message| {
            let diagnostic = &message["diagnostic"];
            let range = &diagnostic["range"];
            let file = range["filename"].as_str().map(str::to_owned);
            let text = |name: &str| diagnostic[name].as_str().unwrap_or_default().to_owned();
            Refusal {
                place: file.zip(range["start"]["line"].as_u64()),
                message: format!("{}: {}", text("summary"), text("detail")),
            }
        })
        .collect()
}

/// Copies a folder with everything in it.
pub(crate) fn copy_tree(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_tree(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
