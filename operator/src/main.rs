//! The program `hipaa-iac-operator`.

use std::{
    io::{self, Write as _},
    process::ExitCode,
};

use clap::Parser as _;
use hipaa_iac_operator::{
    args::{Audit, Cli, Command, Serve},
    audit, run,
};
use tracing_subscriber::EnvFilter;

/// What the client of the API server says of each attempt that fails; the operator says once what that means. `--log` may ask for it.
const QUIET: &str = "kube_client::client::builder=off,kube_runtime::watcher=off";

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Serve(args) => serve(*args),
        Command::Audit {
            command:
                Audit::Verify {
                    files,
                    after,
                    head,
                    runs,
                },
        } => audit::verify(&files, after.as_deref(), &head, runs)
            .map_err(|error| error.to_string())
            .and_then(|found| {
                found.iter().try_for_each(|run| {
                    let end = if runs && !run.is_stopped {
                        ", and no stop follows it"
                    } else {
                        ""
                    };
                    let (entries, head) = (run.entries, &run.head);
                    say(&format!(
                        "{entries} entries, unbroken; the last is {head}{end}\n"
                    ))
                })
            }),
        Command::Crds { name } => crds(name.as_deref()),
        Command::Kinds => run::kinds()
            .map_err(|error| error.to_string())
            .and_then(|kinds| say(&format!("{kinds:#}\n"))),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            let _ = writeln!(io::stderr(), "error: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn say(text: &str) -> Result<(), String> {
    match io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.to_string()),
        _ => Ok(()),
    }
}

fn crds(name: Option<&str>) -> Result<(), String> {
    let all = hipaa_iac_api::definition_texts().map_err(|error| error.to_string())?;
    let chosen: Vec<String> = all
        .into_iter()
        .filter(|(plural, _)| name.is_none_or(|name| name == plural))
        .map(|(_, text)| text)
        .collect();
    if chosen.is_empty() {
        return Err("there is no such definition; see `hipaa-iac-operator crds --help`".to_owned());
    }
    say(&chosen.join("---\n"))
}

fn serve(args: Serve) -> Result<(), String> {
    let filter = EnvFilter::try_new(format!("{QUIET},{}", args.log))
        .map_err(|error| format!("--log: {error}"))?;
    // Standard output belongs to the audit log.
    tracing_subscriber::fmt()
        .json()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .init();
    run::runtime()
        .map_err(|error| error.to_string())?
        .block_on(run::serve(args))
        .map_err(|error| error.to_string())
}
