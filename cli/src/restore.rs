//! `hipaa-iac restore …`: backups that are proved to restore.

use std::{
    fmt::Write as _,
    fs,
    io::{self, IsTerminal as _},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use hipaa_iac_restore::{
    IsolationChoice, Options, RestoreResult, RestoreVerification, Run, Verdict, canary,
    context::Event,
    fetch, manifest, message,
    record::statement,
    result::{
        CheckStatus, Destroyed, Isolation as Isolated, NegativeDecrypt, ObjectiveName, Observed,
        Phase, Storage,
    },
    sandbox, scratch, verify,
};
use indicatif::{ProgressBar, ProgressStyle};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use crate::{
    Exit, Failure, Outcome,
    args::{CanaryCommand, Global, Isolation, ManifestArgs, RestoreCommand, VerifyArgs},
    database::connect,
    evidence::{Recorder, signer},
    note, print,
};

/// Runs a part of the sandbox, when this program was started as one: before anything else.
pub(crate) fn dispatch() -> Option<ExitCode> {
    sandbox::dispatch()
}

pub(crate) fn run(command: &RestoreCommand, global: &Global) -> Outcome {
    match command {
        RestoreCommand::Verify(arguments) => run_verify(arguments, global),
        RestoreCommand::Fetch {
            config,
            secrets,
            into,
            termination_log,
        } => run_fetch(config, secrets.as_deref(), into, termination_log.as_deref()),
        RestoreCommand::Gc { scratch, state } => Ok(gc(scratch, state.as_deref())),
        RestoreCommand::Manifest(arguments) => run_manifest(arguments),
        RestoreCommand::Canary(CanaryCommand::Create { database, table }) => {
            canary::create(
                &mut connect(&database.dsn, None)?,
                &canary::TableName::parse(table)?,
            )?;
            Ok(Exit::Clean)
        }
        RestoreCommand::Canary(CanaryCommand::Write {
            database,
            table,
            key,
        }) => {
            let key = fs::read(key).map_err(|error| format!("{}: {error}", key.display()))?;
            let table = canary::TableName::parse(table)?;
            let written = canary::write(
                &mut connect(&database.dsn, None)?,
                &table,
                key.trim_ascii_end(),
            )?;
            note(&format!("wrote canary {}", written.seq));
            Ok(Exit::Clean)
        }
    }
}

/// Where a report goes, and as what.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Text,
    Json,
    Junit,
}

fn targets(formats: &[String]) -> Result<Vec<(Format, Option<PathBuf>)>, Failure> {
    let mut all = Vec::new();
    for text in formats {
        let (name, file) = match text.split_once('=') {
            Some((name, file)) => (name, Some(PathBuf::from(file))),
            None => (text.as_str(), None),
        };
        let format = match name {
            "text" => Format::Text,
            "json" => Format::Json,
            "junit" => Format::Junit,
            _ => {
                return Err(Failure(format!(
                    "--format {text}: text, json or junit, with =FILE into a file"
                )));
            }
        };
        all.push((format, file));
    }
    if all.iter().filter(|(_, file)| file.is_none()).count() > 1 {
        return Err(Failure(
            "only one --format can go to standard output; give the others a file".to_owned(),
        ));
    }
    if all.is_empty() {
        all.push((Format::Text, None));
    }
    Ok(all)
}

fn run_verify(arguments: &VerifyArgs, global: &Global) -> Outcome {
    let targets = targets(&arguments.formats)?;
    let recorder = Recorder::new(&arguments.record)?;
    let file = &arguments.config;
    let text = fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let mut verification = RestoreVerification::parse(&text)
        .map_err(|error| Failure(format!("{}: {error}", file.display())))?;
    if let Some(claims) = &arguments.claims {
        fetch::mounted(&mut verification, claims).map_err(|failure| failure.to_string())?;
    }
    let secrets = secrets_of(file, arguments.secrets.as_deref());
    let mut options = Options::new(std::env::current_exe()?, secrets);
    options.fetched.clone_from(&arguments.fetched);
    if let Some(file) = &arguments.snapshot {
        let told = |problem: String| format!("{}: {problem}", file.display());
        let text = fs::read(file).map_err(|error| told(error.to_string()))?;
        options.snapshot =
            Some(serde_json::from_slice(&text).map_err(|error| told(error.to_string()))?);
    }
    options.scratch.clone_from(&arguments.scratch);
    if let Some(state) = &arguments.state {
        options.state.clone_from(state);
    }
    options.last_canary = arguments.last_canary;
    options.image_digest.clone_from(&arguments.image_digest);
    options.isolation = match arguments.isolation {
        Isolation::Auto => IsolationChoice::Auto,
        Isolation::Namespaces => IsolationChoice::Namespaces,
        Isolation::Directory => IsolationChoice::Directory,
    };
    // Then it is a pod's, which has the keys and where the result is told.
    options.landlock_required = arguments.termination_log.is_some();
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [
        signal_hook::consts::SIGTERM,
        signal_hook::consts::SIGINT,
        signal_hook::consts::SIGHUP,
    ] {
        signal_hook::flag::register(signal, Arc::clone(&stop))?;
    }
    let bar = progress(global);
    let run = verify(&verification, &text, &options, &stop, &mut |event| {
        if let Event::Phase(phase) = event {
            bar.set_message(doing(*phase));
        }
    });
    bar.finish_and_clear();
    let mut exit = exit(&run.result);
    if let Some(recorder) = &recorder
        && let Err(Failure(problem)) = record(recorder, &run.result)
    {
        // What is not recorded is no evidence, whatever was seen.
        note(&format!("error: not recorded: {problem}"));
        exit = exit.max(Exit::Input);
    }
    if let Some(log) = &arguments.termination_log {
        exit = told(exit, end(log, &run.result));
        for line in &run.notes {
            note(&format!("note: {line}"));
        }
        return Ok(exit);
    }
    for (format, file) in &targets {
        exit = told(exit, report(&run, *format, file.as_deref(), global.verbose));
    }
    if !targets
        .iter()
        .any(|(format, file)| *format == Format::Text && file.is_none())
    {
        for line in &run.notes {
            note(&format!("note: {line}"));
        }
    }
    Ok(exit)
}

/// The exit code where a run is told, or could not be: what was seen stays, and that nobody hears of it is no wrong usage.
fn told(exit: Exit, outcome: Result<(), Failure>) -> Exit {
    let Err(Failure(problem)) = outcome else {
        return exit;
    };
    note(&format!("error: not reported: {problem}"));
    exit.max(Exit::Input)
}

/// Tells the result as a pod does.
fn end(log: &Path, result: &RestoreResult) -> Result<(), Failure> {
    let (line, ending) = message::write(result)?;
    print(&format!("{line}\n"))?;
    write(log, ending)?;
    Ok(())
}

/// Writes one report.
fn report(run: &Run, format: Format, file: Option<&Path>, verbose: bool) -> Result<(), Failure> {
    let rendered = match format {
        Format::Text => render(run, verbose),
        Format::Json => format!("{}\n", serde_json::to_string_pretty(&run.result)?),
        Format::Junit => junit(run)?,
    };
    match file {
        Some(file) => write(file, rendered)?,
        None => {
            print(&rendered)?;
        }
    }
    Ok(())
}

fn write(file: &Path, text: String) -> Result<(), String> {
    fs::write(file, text).map_err(|error| format!("{}: {error}", file.display()))
}

/// The folder of secrets: the one that is named, or the one beside the document.
fn secrets_of(file: &Path, named: Option<&Path>) -> PathBuf {
    let beside = || {
        let folder = file.parent().unwrap_or_else(|| Path::new("."));
        folder.join("secrets")
    };
    named.map_or_else(beside, Path::to_owned)
}

fn run_fetch(
    file: &Path,
    secrets: Option<&Path>,
    into: &Path,
    termination_log: Option<&Path>,
) -> Outcome {
    let text = fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let verification = RestoreVerification::parse(&text)
        .map_err(|error| Failure(format!("{}: {error}", file.display())))?;
    let Err(failure) = fetch::fetch(&verification, &secrets_of(file, secrets), into) else {
        return Ok(Exit::Clean);
    };
    note(&format!("error: {failure}"));
    let exit = match failure.reason.verdict() {
        Verdict::Failed => Exit::Findings,
        _ => Exit::Input,
    };
    let Some(log) = termination_log else {
        return Ok(exit);
    };
    let stopped = message::stopped(failure.reason)?;
    Ok(told(exit, write(log, stopped).map_err(Failure)))
}

/// The exit code of a result: the table in `restore verify --help`.
fn exit(result: &RestoreResult) -> Exit {
    if result.scratch.destroyed == Destroyed::NotVerified {
        return Exit::Bug;
    }
    match result.verdict {
        Verdict::Passed => Exit::Clean,
        Verdict::Failed => Exit::Findings,
        Verdict::Inconclusive | Verdict::Skipped | Verdict::Aborted => Exit::Input,
    }
}

fn progress(global: &Global) -> ProgressBar {
    if global.quiet || !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {elapsed}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

const fn doing(phase: Phase) -> &'static str {
    match phase {
        Phase::Locate => "finding the backup",
        Phase::Fetch => "reading the backup",
        Phase::Decrypt => "opening the backup",
        Phase::Restore => "restoring",
        Phase::Recover => "replaying the write-ahead log",
        Phase::Checks => "checking",
        Phase::Destroy => "destroying the scratch",
    }
}

fn record(recorder: &Recorder, result: &RestoreResult) -> Result<(), Failure> {
    let (statement, left_out) = statement(result)?;
    for suspect in left_out {
        note(&format!("note: left out of the evidence: {suspect}"));
    }
    let receipt = recorder.record(&statement)?;
    recorder.tell(&receipt);
    Ok(())
}

/// A span of seconds in words.
fn span(seconds: f64) -> String {
    if !(0.0..1e9).contains(&seconds) {
        return format!("{seconds:.0}s");
    }
    if seconds < 10.0 {
        return format!("{seconds:.1}s");
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked above"
    )]
    let mut rest = seconds.round() as u64;
    let mut text = String::new();
    for (unit, sign) in [(86_400, 'd'), (3600, 'h'), (60, 'm'), (1, 's')] {
        if rest >= unit {
            let _ = write!(text, "{}{sign}", rest / unit);
            rest %= unit;
        }
    }
    text
}

fn observed(value: &Observed) -> String {
    match value {
        Observed::Boolean(value) => value.to_string(),
        Observed::Number(number) => number.to_string(),
        Observed::Text(text) => text.clone(),
    }
}

fn render(run: &Run, verbose: bool) -> String {
    let result = &run.result;
    let mut text = String::new();
    let name = &result.verification.name;
    let _ = match result.verdict {
        Verdict::Passed => writeln!(text, "Passed: {name} restores (run {})", result.run_id),
        verdict => writeln!(
            text,
            "{verdict:?}: {name}: {}: {} (run {})",
            result.reason,
            result.reason.meaning(),
            result.run_id
        ),
    };
    for line in &run.notes {
        let _ = writeln!(text, "  note        {line}");
    }
    if let Some(artifact) = &result.artifact {
        let _ = write!(text, "  backup      {}", artifact.uri);
        if let Some(size) = artifact.size_bytes {
            let _ = write!(text, ", {size} bytes");
        }
        if let Some(tool) = &artifact.producer_tool {
            let _ = write!(text, ", by {tool}");
        }
        if let Some(at) = artifact.produced_at {
            let _ = write!(
                text,
                ", made {} ago",
                span(result.started_at.seconds_since(at))
            );
        }
        text.push('\n');
    }
    let encryption = &result.encryption;
    let format = serde_json::to_value(encryption.client_side.format).unwrap_or_default();
    let _ = write!(
        text,
        "  encryption  {}",
        format.as_str().unwrap_or_default()
    );
    let _ = match encryption.negative_decrypt {
        NegativeDecrypt::Refused => writeln!(text, ", a foreign key is refused"),
        NegativeDecrypt::Accepted => writeln!(text, ", A FOREIGN KEY OPENS IT"),
        NegativeDecrypt::NotRun => writeln!(text),
    };
    let _ = write!(
        text,
        "  scratch     {}",
        result.tool.engine.as_deref().unwrap_or("no server")
    );
    let _ = match result.scratch.storage {
        Some(Storage::Memory) => write!(text, ", in memory"),
        Some(_) => write!(text, ", on disk"),
        None => Ok(()),
    };
    if result.scratch.storage.is_some() {
        let _ = match result.scratch.isolation {
            Isolated::LocalNamespaces => write!(text, ", in namespaces of its own"),
            Isolated::LocalDirectory => write!(text, ", in a folder beside the machine's files"),
            _ => Ok(()),
        };
    }
    let _ = match result.scratch.destroyed {
        Destroyed::Verified => writeln!(text, ", destroyed"),
        Destroyed::NotVerified => writeln!(text, ", NOT SHOWN TO BE DESTROYED"),
        Destroyed::NotCreated => writeln!(text, ", never made"),
    };
    for (name, objective) in &result.objectives {
        let name = match name {
            ObjectiveName::BackupAge => "backup age",
            ObjectiveName::DataAge => "data age",
            ObjectiveName::RecoveryPointLag => "log lag",
            ObjectiveName::Rto => "recovery",
        };
        let measured = objective
            .measured_seconds
            .map_or_else(|| "not measured".to_owned(), span);
        let met = if objective.met { "" } else { "  NOT MET" };
        let _ = writeln!(
            text,
            "  {name:<10}  {measured} of {}{met}",
            span(objective.target_seconds)
        );
    }
    for check in &result.checks {
        let status = match check.status {
            CheckStatus::Pass => "pass",
            CheckStatus::Fail if !check.required => "warn",
            CheckStatus::Fail => "FAIL",
            CheckStatus::Error => "ERROR",
            CheckStatus::NotRun if !check.required => "not run",
            CheckStatus::NotRun => "NOT RUN",
        };
        let _ = write!(text, "  {status:<10}  {}", check.id);
        if let Some(expected) = &check.expected {
            let _ = write!(text, ", expected {expected}");
        }
        if let Some(value) = &check.observed {
            let _ = write!(text, ", observed {}", observed(value));
        }
        if let Some(why) = &check.not_run_reason {
            let _ = write!(text, ": {why}");
        }
        text.push('\n');
    }
    if verbose {
        for phase in &result.phases {
            let name = serde_json::to_value(phase.name).unwrap_or_default();
            let _ = writeln!(
                text,
                "  {:<10}  {}",
                name.as_str().unwrap_or_default(),
                span(phase.seconds)
            );
        }
    }
    text
}

/// One suite: the verification; one case for each check, and one for the verdict.
fn junit(run: &Run) -> Result<String, Failure> {
    let result = &run.result;
    let mut suite = TestSuite::new(result.verification.name.clone());
    let bad = |kind, message: String| {
        let mut status = TestCaseStatus::non_success(kind);
        status.set_message(message);
        status
    };
    let status = match result.verdict {
        Verdict::Passed => TestCaseStatus::success(),
        Verdict::Failed => bad(
            NonSuccessKind::Failure,
            format!("{}: {}", result.reason, result.reason.meaning()),
        ),
        _ => bad(
            NonSuccessKind::Error,
            format!("{}: {}", result.reason, result.reason.meaning()),
        ),
    };
    suite.add_test_case(TestCase::new("verdict", status));
    for check in &result.checks {
        let told = || {
            if let Some(why) = &check.not_run_reason {
                return format!("not run: {why}");
            }
            let expected = check.expected.as_deref().unwrap_or("a pass");
            let seen = check.observed.as_ref().map(observed);
            format!(
                "expected {expected}, saw {}",
                seen.unwrap_or_else(|| "none".to_owned())
            )
        };
        let status = match check.status {
            CheckStatus::Pass => TestCaseStatus::success(),
            // What the verdict does without must not fail a build that the verdict passes.
            _ if !check.required => {
                let mut status = TestCaseStatus::skipped();
                let warns = check.status == CheckStatus::Fail;
                let begin = if warns { "warning: " } else { "" };
                status.set_message(format!("{begin}{}", told()));
                status
            }
            CheckStatus::Fail => bad(NonSuccessKind::Failure, told()),
            CheckStatus::Error | CheckStatus::NotRun => bad(NonSuccessKind::Error, told()),
        };
        let mut case = TestCase::new(check.id.clone(), status);
        case.set_time(Duration::from_millis(check.duration_ms.unwrap_or(0)));
        suite.add_test_case(case);
    }
    let mut report = Report::new("hipaa-iac restore verify");
    report.add_test_suite(suite);
    Ok(report.to_string()?)
}

fn gc(folders: &[PathBuf], state: Option<&Path>) -> Exit {
    let state = state.map_or_else(scratch::default_state, Path::to_owned);
    let mut bases = folders.to_vec();
    bases.extend([scratch::default_base(true), scratch::default_base(false)]);
    let collected = scratch::collect(&state, &bases);
    for folder in &collected.removed {
        note(&format!("removed {}", folder.display()));
    }
    for folder in &collected.failed {
        note(&format!("error: {} is still there", folder.display()));
    }
    note(&format!(
        "{} of dead runs removed; {} under way",
        crate::count(collected.removed.len(), "folder", "folders"),
        crate::count(collected.active.len(), "run", "runs"),
    ));
    if collected.failed.is_empty() {
        Exit::Clean
    } else {
        Exit::Bug
    }
}

fn run_manifest(arguments: &ManifestArgs) -> Outcome {
    let signer = signer(&arguments.key)?;
    let digest_key = match &arguments.digest_key {
        Some(file) => Some(fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?),
        None => None,
    };
    let mut values = Vec::new();
    for value in &arguments.values {
        let (name, query) = value
            .split_once('=')
            .ok_or_else(|| Failure(format!("--value {value}: NAME=QUERY")))?;
        values.push((name.to_owned(), query.to_owned()));
    }
    let mut client = connect(&arguments.database.dsn, None)?;
    let mut snapshot = match &arguments.snapshot {
        Some(id) => manifest::Snapshot::join(&mut client, id)?,
        None => manifest::Snapshot::export(&mut client)?,
    };
    let look = manifest::Look {
        digest_key: digest_key.as_deref().map(<[u8]>::trim_ascii_end),
        values: &values,
    };
    let content = snapshot.observe(look)?;
    let others = if arguments.all_databases {
        others(arguments, &content.database, look)?
    } else {
        Vec::new()
    };
    if let Some((program, rest)) = arguments.command.split_first() {
        let filled = |text: &String| text.replace("{snapshot}", snapshot.id());
        let status = std::process::Command::new(filled(program))
            .args(rest.iter().map(filled))
            .status()
            .map_err(|error| format!("{program}: {error}"))?;
        if !status.success() {
            return Err(Failure(format!(
                "{program}: {status}; no manifest was written"
            )));
        }
    }
    let artifact = &arguments.artifact;
    let name = artifact
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let digest =
        manifest::digest(artifact).map_err(|error| format!("{}: {error}", artifact.display()))?;
    let taken_at = snapshot.taken_at();
    let envelope = manifest::sign(&name, digest, taken_at, (content, others), &signer)?;
    let output = arguments
        .output
        .clone()
        .unwrap_or_else(|| artifact.with_file_name(format!("{name}.manifest.dsse.json")));
    let envelope = envelope.to_json();
    if envelope.len() as u64 > manifest::LIMIT {
        return Err(Failure(format!(
            "the manifest has {} MiB, and no more than {} are read: leave out --digest-key, or back up fewer databases in one",
            envelope.len() >> 20,
            manifest::LIMIT >> 20
        )));
    }
    fs::write(&output, envelope).map_err(|error| format!("{}: {error}", output.display()))?;
    note(&format!("wrote {}", output.display()));
    Ok(Exit::Clean)
}

/// What the other databases of the cluster hold, each in a snapshot of its own; values are the first one's alone.
fn others(
    arguments: &ManifestArgs,
    first: &str,
    look: manifest::Look<'_>,
) -> Result<Vec<manifest::Content>, Failure> {
    let dsn = &arguments.database.dsn;
    let mut all = Vec::new();
    for name in manifest::databases(&mut connect(dsn, None)?)? {
        if name == first {
            continue;
        }
        let mut client = connect(dsn, Some(&name))?;
        let look = manifest::Look {
            values: &[],
            ..look
        };
        all.push(manifest::Snapshot::export(&mut client)?.observe(look)?);
    }
    Ok(all)
}
