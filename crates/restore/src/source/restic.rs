//! restic repositories.
//!
//! Always by a pinned snapshot, never by `latest`, and without locks: a repository of backups is only to be read.
//! Before 0.17 every failure exits with 1, so what it says is matched as well.

use std::{
    fs, io,
    io::Read,
    path::{Path, PathBuf},
};

use chrono::TimeDelta;
use serde::Deserialize;

use super::{
    Form, Source, list_of,
    pg_base_backup::{self, Found},
    pg_dump,
};
use crate::{
    config::{self, RecoveryTarget, ResticLayout},
    context::{Context, Failure},
    jail::{self, Filter, Output},
    result::{ArtifactKind, EncryptionFormat, Phase, Reason, Time},
    stream,
};

/// How far a time zone is behind UTC at most.
const BEHIND: TimeDelta = TimeDelta::hours(12);

/// A restic repository.
pub(crate) struct Restic(config::Restic);

impl Restic {
    pub(crate) const fn new(restic: config::Restic) -> Self {
        Self(restic)
    }
}

#[derive(Deserialize)]
struct RepositoryConfig {
    version: u32,
}

#[derive(Clone, Deserialize)]
struct Snapshot {
    id: String,
    time: Time,
    #[serde(default)]
    paths: Vec<String>,
}

/// How the program is called.
struct Program<'c> {
    context: &'c Context,
    path: PathBuf,
    password: PathBuf,
}

impl<'c> Program<'c> {
    fn new(context: &'c Context, folder: &str, password: &[u8]) -> Result<Self, Failure> {
        let path = jail::find("restic")?;
        let folder = context.scratch.join(folder);
        context.jail.folder(&folder)?;
        let file = folder.join("password");
        context.jail.file(&file, password)?;
        Ok(Self {
            context,
            path,
            password: file,
        })
    }

    fn tool(&self) -> Result<jail::Tool, Failure> {
        Ok(self
            .context
            .jail
            .reader()
            .tool(&self.path)
            .args(["--no-lock", "--no-cache", "--quiet"])
            .arg("--repo")
            .arg(self.context.tree()?)
            .arg("--password-file")
            .arg(&self.password))
    }

    fn run(&self, arguments: &[&str]) -> Result<Output, Failure> {
        self.tool()?.args(arguments).run(self.context.deadline())
    }
}

/// What a failure of restic is: by its exit codes since 0.17, and by its words before.
fn why(output: &Output, otherwise: Reason) -> Failure {
    let text = output.stderr_text();
    let says = |words: &str| text.contains(words);
    let reason = match output.code {
        Some(10) => Reason::BackupMissing,
        Some(12) => Reason::KeyMismatch,
        _ if says("wrong password or no key found") => Reason::KeyMismatch,
        // `--latest N` is one of 0.12.1.
        _ if says("unknown flag") => Reason::ToolMissing,
        _ if says("unable to open config file")
            || says("Is there a repository at the following location") =>
        {
            Reason::BackupMissing
        }
        _ => otherwise,
    };
    if reason == Reason::ToolMissing {
        return Failure::new(reason, "restic is too old: 0.12.1 or later is needed");
    }
    output.failure(reason)
}

/// Whether a password, which is kept in a new folder of this name, opens the repository. A refusal is what restic says of the password, and
/// no other failure.
pub(crate) fn opens_with(context: &Context, folder: &str, password: &str) -> Result<bool, Failure> {
    let program = Program::new(context, folder, password.as_bytes())?;
    let output = program.run(&["cat", "config"])?;
    if output.success() {
        return Ok(true);
    }
    let failure = why(&output, Reason::RunnerLost);
    if failure.reason == Reason::KeyMismatch {
        return Ok(false);
    }
    Err(failure)
}

impl Source for Restic {
    fn kind(&self) -> ArtifactKind {
        ArtifactKind::Restic
    }

    fn form(&self) -> Form {
        Form::Tree
    }

    fn restore(&self, context: &mut Context) -> Result<(), Failure> {
        context.begin(Phase::Decrypt);
        let tree = context.tree()?.to_owned();
        if !tree.join("config").is_file() && !tree.join("data").is_dir() {
            return Err(Failure::new(
                Reason::BackupMissing,
                "the location has no restic repository",
            ));
        }
        let password = context.secret(&self.0.password_secret_ref)?.to_vec();
        let program = Program::new(context, "restic", &password)?;
        let config = program.run(&["cat", "config"])?;
        if !config.success() {
            return Err(why(&config, Reason::ArtifactCorrupt));
        }
        let version = serde_json::from_slice::<RepositoryConfig>(&config.stdout)
            .map_err(|_| {
                Failure::new(
                    Reason::ArtifactCorrupt,
                    "restic: the repository's config is not understood",
                )
            })?
            .version;
        let _ = context.opened.set(());
        let snapshot = self.pick(&program)?;
        self.check(&program)?;
        let target = context.scratch.join("restored");
        let file = match self.0.layout {
            ResticLayout::PgBaseBackup => {
                context.jail.folder(&target)?;
                let output = program
                    .tool()?
                    .args(["restore", &snapshot.id, "--verify", "--target"])
                    .arg(&target)
                    .run(context.deadline())?;
                if !output.success() {
                    return Err(match why(&output, Reason::RestoreFailed) {
                        failure
                            if failure.reason == Reason::RestoreFailed
                                && context.scratch_is_full() =>
                        {
                            Failure::new(Reason::StorageFull, "the scratch is full")
                        }
                        failure => failure,
                    });
                }
                None
            }
            ResticLayout::PgDumpStdin(_) => {
                let path = snapshot.paths.first().cloned().ok_or_else(|| {
                    Failure::new(
                        Reason::ArtifactCorrupt,
                        "restic: the snapshot names no file",
                    )
                })?;
                let filter = program
                    .tool()?
                    .args(["dump", &snapshot.id, &path])
                    .filter(Box::new(io::empty()), context.deadline())?;
                Some(Checked(Some(filter)))
            }
        };
        context.encryption.client_side.format = if version >= 2 {
            EncryptionFormat::ResticV2
        } else {
            EncryptionFormat::ResticV1
        };
        context.artifact.label = Some(snapshot.id.clone());
        context.artifact.producer_tool = Some("restic".to_owned());
        context.artifact.produced_at = Some(snapshot.time);
        context.saved_at = Some(snapshot.time);
        // A snapshot's file is named after its SHA-256, and names the tree that names everything.
        let listed = list_of(&tree.join("snapshots"), &snapshot.id);
        context.seen.list(listed.clone());
        if let (ResticLayout::PgDumpStdin(format), Some(file)) = (&self.0.layout, file) {
            let dump = config::PgDump {
                format: *format,
                location: self.0.location.clone(),
                manifest_key: None,
                encryption: pg_base_backup::OPENED,
                major_version: None,
                database: "restored".to_owned(),
            };
            let deadline = context.deadline();
            let opened = stream::open_reader(context, Box::new(file), &dump.encryption, deadline)?;
            let restored = pg_dump::restore_stream(context, &dump, opened);
            // The dump's clock says no zone: of the same job by any of them, the snapshot's time is the better word.
            let latest = context.artifact.produced_at;
            let latest = latest.and_then(|clock| clock.0.checked_add_signed(BEHIND));
            context.artifact.produced_at = Some(made(snapshot.time, latest.map(Time)));
            // Nor is its hash that of the dump.
            context.seen.list(listed);
            restored
        } else {
            context.begin(Phase::Restore);
            let found = data_folder(&target).ok_or_else(|| {
                Failure::new(
                    Reason::BackupMissing,
                    "the snapshot holds no data folder of PostgreSQL",
                )
            })?;
            let data = context.scratch.join("data");
            fs::rename(&found, &data).map_err(|error| Failure::system("scratch", &error))?;
            pg_base_backup::nothing_waits(&data)?;
            context.jail.own_all(&data)?;
            context.artifact.produced_at = None;
            let started = pg_base_backup::start(
                context,
                &data,
                Found::BackedUp(None),
                &RecoveryTarget::Latest,
            );
            // In its label and manifest it has a time of its own.
            let produced_at = &mut context.artifact.produced_at;
            *produced_at = Some(made(snapshot.time, *produced_at));
            started
        }
    }
}

impl Restic {
    /// The snapshot that is meant, by its full id.
    fn pick(&self, program: &Program<'_>) -> Result<Snapshot, Failure> {
        let mut tool = program.tool()?.args(["snapshots", "--json"]);
        if self.0.snapshot == "latest" {
            // Of each host and path: a repository may have more than are read.
            tool = tool.args(["--latest", "1"]);
        }
        let selector = &self.0.selector;
        if let Some(host) = &selector.host {
            tool = tool.args(["--host", host]);
        }
        if !selector.tags.is_empty() {
            // Tags joined by commas must all be there.
            tool = tool.args(["--tag", &selector.tags.join(",")]);
        }
        for path in &selector.paths {
            tool = tool.args(["--path", path]);
        }
        let output = tool.run(program.context.deadline())?;
        if !output.success() {
            return Err(why(&output, Reason::ArtifactCorrupt));
        }
        if output.stdout.len() >= jail::OUTPUT_LIMIT {
            return Err(Failure::new(
                Reason::ConfigError,
                "restic lists more snapshots than are read: let `selector` say which host, paths or tags are meant",
            ));
        }
        let text = output.stdout_text();
        let snapshots: Vec<Snapshot> = serde_json::from_str::<Option<Vec<Snapshot>>>(text.trim())
            .map_err(|_| {
                Failure::new(
                    Reason::ArtifactCorrupt,
                    "restic snapshots is not understood",
                )
            })?
            .unwrap_or_default();
        // What it cannot load it only warns of.
        if output.stderr_text().contains("could not") || output.stderr_text().contains("Ignoring") {
            return Err(Failure::new(
                Reason::ArtifactCorrupt,
                "restic: a snapshot cannot be read",
            ));
        }
        let chosen = match self.0.snapshot.as_str() {
            "latest" => snapshots.into_iter().max_by_key(|snapshot| snapshot.time),
            id if id.len() >= 8 => snapshots
                .into_iter()
                .find(|snapshot| snapshot.id.starts_with(id)),
            _ => {
                return Err(Failure::new(
                    Reason::ConfigError,
                    "snapshot must be `latest` or at least 8 digits of an id",
                ));
            }
        };
        chosen
            .filter(|snapshot| snapshot.id.chars().all(|c| c.is_ascii_hexdigit()))
            .ok_or_else(|| {
                Failure::new(Reason::BackupMissing, "the repository has no such snapshot")
            })
    }

    /// Reads the packs: `check` without data does not see a flipped bit in one.
    fn check(&self, program: &Program<'_>) -> Result<(), Failure> {
        let subset = self.0.read_data_subset.as_str();
        let plain = subset
            .chars()
            .all(|c| c.is_ascii_digit() || "/%.KMGT".contains(c));
        if !plain || subset.is_empty() {
            return Err(Failure::new(
                Reason::ConfigError,
                "readDataSubset must be such as 1/7 or 100%",
            ));
        }
        // The structure first: it fails at once where reading data would try again and again.
        for more in [None, Some(subset)] {
            let tool = program.tool()?.arg("check");
            let tool = match more {
                None => tool,
                Some("100%") => tool.arg("--read-data"),
                Some(subset) => tool.arg(format!("--read-data-subset={subset}")),
            };
            let output = tool.run(program.context.deadline())?;
            if !output.success() {
                let failure = why(&output, Reason::ArtifactCorrupt);
                return Err(failure);
            }
        }
        Ok(())
    }
}

/// When the backup in a snapshot was made: a snapshot of today may be one of what another job left there long ago.
fn made(saved: Time, says: Option<Time>) -> Time {
    says.map_or(saved, |says| says.min(saved))
}

/// The folder that a data folder was restored to, below the path that it had.
fn data_folder(target: &Path) -> Option<PathBuf> {
    let mut folder = target.to_owned();
    for _ in 0..64 {
        if folder.join("PG_VERSION").is_file() {
            return Some(folder);
        }
        let mut below = fs::read_dir(&folder)
            .ok()?
            .flatten()
            .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
        match (below.next(), below.next()) {
            (Some(only), None) => folder = only.path(),
            _ => return None,
        }
    }
    None
}

/// The output of a tool, which counts only when the tool succeeded.
struct Checked(Option<Filter>);

impl Read for Checked {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(filter) = self.0.as_mut() else {
            return Ok(0);
        };
        let count = filter.read(buffer)?;
        if count > 0 || buffer.is_empty() {
            return Ok(count);
        }
        if let Some(filter) = self.0.take() {
            let (output, _) = filter.finish().map_err(io::Error::other)?;
            if !output.success() {
                return Err(io::Error::other(why(&output, Reason::ArtifactCorrupt)));
            }
        }
        Ok(0)
    }
}
