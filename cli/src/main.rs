//! `hipaa-iac`: arguments in, the crates of the workspace, a report and an exit code out.

mod args;
mod check;
#[cfg(target_os = "linux")]
mod database;
mod evidence;
mod init;
mod input;
mod inspect;
mod policy;
#[cfg(target_os = "linux")]
mod restore;
mod review;

use std::{
    env,
    fmt::Write as _,
    io::{self, IsTerminal as _, Write as _},
    process::ExitCode,
};

use args::{Cli, Color, Command, SchemaOf};
use clap::{CommandFactory as _, Parser as _};
use hipaa_iac_report as report;

/// The stack of every thread, in bytes: nesting is bounded, but its frames are large.
const STACK: usize = 16 << 20;

/// The narrowest and widest text that is laid out, in columns.
const WIDTHS: std::ops::RangeInclusive<usize> = 60..=120;

/// What a command ends with. The numbers are documented in `check --help`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Exit {
    Clean = 0,
    Findings = 1,
    Usage = 2,
    Input = 3,
    Bug = 4,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// A command's way to fail: a message for the user, who did something wrong.
#[derive(Debug)]
struct Failure(String);

impl<E: std::fmt::Display> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

type Outcome = Result<Exit, Failure>;

fn main() -> ExitCode {
    #[cfg(target_os = "linux")]
    if let Some(code) = restore::dispatch() {
        return code;
    }
    std::panic::set_hook(Box::new(|panic| {
        // The payload may quote input: only the place is printed.
        let place = panic
            .location()
            .map(ToString::to_string)
            .unwrap_or_default();
        note(&format!(
            "hipaa-iac has a bug ({place}); please report it: {}/issues",
            env!("CARGO_PKG_REPOSITORY")
        ));
    }));
    let outcome = std::panic::catch_unwind(|| {
        let cli = Cli::parse();
        let mut pool = rayon::ThreadPoolBuilder::new().stack_size(STACK);
        if let Some(jobs) = cli.global.jobs {
            pool = pool.num_threads(jobs.into());
        }
        pool.build()?.install(|| run(cli))
    });
    match outcome {
        Ok(Ok(exit)) => exit.into(),
        Ok(Err(Failure(problem))) => {
            note(&format!("error: {problem}"));
            Exit::Usage.into()
        }
        Err(_) => Exit::Bug.into(),
    }
}

fn run(cli: Cli) -> Outcome {
    match cli.command {
        Command::Check(arguments) => check::run(&arguments, &cli.global),
        Command::Policy(command) => policy::run(&command),
        Command::Explain { policy, policies } => policy::explain(&policy, &policies),
        Command::Inspect(arguments) => inspect::run(&arguments, &cli.global),
        Command::Evidence(command) => evidence::run(&command),
        #[cfg(target_os = "linux")]
        Command::Restore(command) => restore::run(&command, &cli.global),
        Command::Init { folder, force } => init::run(&folder, force),
        Command::Schema { of } => {
            let schema = match of {
                SchemaOf::Result => report::result_schema(),
                SchemaOf::Policy => hipaa_iac_engine::policy_schema().to_value(),
                SchemaOf::Config => hipaa_iac_engine::config_schema().to_value(),
                #[cfg(target_os = "linux")]
                SchemaOf::RestoreVerification => hipaa_iac_restore::config::schema().to_value(),
            };
            print(&format!("{}\n", serde_json::to_string_pretty(&schema)?))
        }
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "hipaa-iac", &mut script);
            // clap parts the name at its hyphen in the labels of what bash completes, but not where it looks them up
            // (clap-rs/clap#6421).
            let script = String::from_utf8_lossy(&script);
            print(&script.replace("hipaa__subcmd__iac", "hipaa__iac"))
        }
    }
}

/// Prints to standard output. A reader that went away (`| head`) is no error.
fn print(text: &str) -> Outcome {
    print_with(|out| out.write_all(text.as_bytes()).and_then(|()| out.flush()))
}

/// The same of what writes itself.
fn print_with(write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> Outcome {
    let mut out = io::stdout().lock();
    match write(&mut out) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure(format!("standard output: {error}")))
        }
        _ => Ok(Exit::Clean),
    }
}

/// A number of things, in words.
fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// The columns of standard output, if it is a terminal; `COLUMNS` says otherwise.
fn terminal_width() -> Option<usize> {
    let (width, _) = terminal_size::terminal_size_of(io::stdout())?;
    let wanted = env::var("COLUMNS").ok();
    let wanted = wanted.and_then(|columns| columns.parse().ok());
    let width = wanted.unwrap_or_else(|| usize::from(width.0));
    Some(width.clamp(*WIDTHS.start(), *WIDTHS.end()))
}

/// Adds a line, and below it, further in, what does not fit into `width` columns.
fn add_line(text: &mut String, indent: usize, line: &str, width: Option<usize>) {
    let fits = width.is_none_or(|width| indent + line.chars().count() <= width);
    let parts = if fits {
        vec![line.to_owned()]
    } else {
        report::wrap(line, width.unwrap_or_default().saturating_sub(indent + 4))
    };
    for (at, part) in parts.iter().enumerate() {
        let indent = if at == 0 { indent } else { indent + 4 };
        let _ = writeln!(text, "{:indent$}{part}", "");
    }
}

/// Prints to standard error, where everything goes that is not the report.
fn note(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Whether text on standard output is to be coloured.
fn colored(color: Color) -> bool {
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            io::stdout().is_terminal()
                && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
        }
    }
}
