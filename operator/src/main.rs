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

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Serve(args) => serve(*args),
        Command::Audit {
            command: Audit::Verify { file, head },
        } => match audit::verify(&file, head.as_deref()) {
            Ok((entries, head)) => say(&format!("{entries} entries, unbroken; the last is {head}\n")),
            Err(error) => Err(error.to_string()),
        },
        Command::Crds { out } => crds(out.as_deref()),
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

fn crds(out: Option<&std::path::Path>) -> Result<(), String> {
    let files = hipaa_iac_api::definition_files().map_err(|error| error.to_string())?;
    let Some(folder) = out else {
        let texts: Vec<String> = files.into_iter().map(|(_, text)| text).collect();
        return say(&texts.join("---\n"));
    };
    std::fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for (name, text) in files {
        let path = folder.join(name);
        std::fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(())
}

fn serve(args: Serve) -> Result<(), String> {
    let filter = EnvFilter::try_new(&args.log).map_err(|error| format!("--log: {error}"))?;
    // Standard output belongs to the audit log.
    tracing_subscriber::fmt()
        .json()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .init();
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?
        .block_on(run::serve(args))
        .map_err(|error| error.to_string())
}
